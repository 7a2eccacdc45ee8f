import { expect, type Locator, type Page } from '@playwright/test';

type Follow = 'Following' | 'Muted' | 'Not following';

/** A person with a browser context. */
export class Person {
  /** The button that opens the name's field. */
  readonly nameButton: Locator;
  readonly nameField: Locator;
  readonly messageField: Locator;
  readonly writeButton: Locator;
  /** The connection's status. */
  readonly status: Locator;
  /** The button that connects at once while the connection is lost. */
  readonly retryButton: Locator;
  readonly log: Locator;
  /** The scrolling element. */
  readonly scroller: Locator;
  /** The messages that are in the topic's log. */
  readonly messages: Locator;
  readonly bodies: Locator;
  readonly newMessages: Locator;
  /** The text field of an edit. */
  readonly editField: Locator;
  /** The button of the topic's menu. */
  readonly topicMenu: Locator;
  /** The list of followed topics and the current one. */
  readonly topics: Locator;
  /** The suggestions while typing. */
  readonly offers: Locator;
  /** The links in place of parts of the log that are not loaded. */
  readonly gaps: Locator;

  constructor(readonly page: Page) {
    this.nameButton = page.getByRole('main').getByRole('button', { name: /^(Your name: |Choose your name$)/ });
    // By its element, since it is mostly hidden.
    this.nameField = page.locator('form input[name=name]');
    this.messageField = page.getByRole('textbox', { name: 'Message', exact: true });
    this.writeButton = page.getByRole('button', { name: 'Write' });
    this.status = page.getByRole('status');
    this.retryButton = page.getByRole('button', { name: 'Retry now' });
    this.log = page.getByRole('log');
    this.scroller = page.getByRole('region', { name: 'Messages', exact: true });
    this.messages = this.log.locator('.message');
    this.bodies = this.messages.locator('.body');
    this.newMessages = page.getByRole('button', { name: 'New messages' });
    this.editField = page.getByRole('textbox', { name: 'Edit message' });
    this.topicMenu = page.getByRole('button', { name: 'More options', exact: true });
    this.topics = page.getByRole('navigation', { name: 'Your topics' });
    this.offers = page.getByRole('listbox', { name: 'Suggestions' }).getByRole('option');
    this.gaps = this.log.getByRole('link', { name: /^(Older|More) messages$/ });
  }

  /** Opens an empty tab in the same browser context. */
  async opensTab(): Promise<Person> {
    return new Person(await this.page.context().newPage());
  }

  /** Drops the session. Chromium sometimes reports that it has cleared the cookies and keeps them, hence the second look. */
  async losesSession(): Promise<void> {
    const context = this.page.context();
    await expect
      .poll(async () => {
        await context.clearCookies();
        return context.cookies();
      })
      .toEqual([]);
  }

  /** Opens a topic and waits until it is live. */
  async joins(topic: string): Promise<void> {
    await this.opens(topic);
    await this.isConnected();
  }

  /** Opens a topic without waiting for hydration. */
  async opens(topic: string): Promise<void> {
    await this.page.goto(`/t/${topic}`);
  }

  /** A topic in the list of topics. */
  topic(name: string): Locator {
    return this.topics.getByRole('link', { name: new RegExp(`^${name}\\b`) });
  }

  /** Switches to another topic by the list, without a page load. */
  async switchesTo(name: string): Promise<void> {
    await this.topic(name).click();
    await expect(this.page.getByRole('heading', { level: 1 })).toHaveText(name);
  }

  async follows(how: Follow): Promise<void> {
    await this.page.bringToFront();
    await this.page.getByRole('button', { name: 'Notifications for this topic' }).click();
    const menu = this.page.getByRole('menu', { name: 'Notifications for this topic' });
    await menu.getByRole('menuitemradio', { name: new RegExp(`^${how}`) }).click();
    await this.isFollowing(how);
  }

  async isFollowing(how: Follow): Promise<void> {
    const button = this.page.getByRole('button', { name: 'Notifications for this topic' });
    await expect(button).toHaveAccessibleName(`Notifications for this topic: ${how}`);
  }

  /** Chooses from the topic's menu. */
  async choosesFromTopicMenu(action: string): Promise<void> {
    // A background tab does not render, and a menu is shown with the next frame.
    await this.page.bringToFront();
    await this.topicMenu.click();
    await this.page.getByRole('menu', { name: 'More options' }).getByRole('menuitem', { name: action }).click();
  }

  async replies(text: string, answer: string): Promise<void> {
    const menu = await this.opensMenu(text);
    await menu.getByRole('menuitem', { name: 'Reply' }).click();
    await expect(this.messageField).toBeFocused();
    await this.publishes(answer);
  }

  /** Presses Tab until this element has the focus. */
  async tabsTo(stop: Locator): Promise<void> {
    // A stop that appears or is enabled later would be passed.
    await expect(stop).toBeVisible();
    await expect(stop).toBeEnabled();
    const is = (): Promise<boolean> => stop.evaluate((it) => it === document.activeElement);
    for (let step = 0; step < 20 && !(await is()); step += 1) await this.page.keyboard.press('Tab');
    await expect(stop).toBeFocused();
  }

  async isNamed(name: string): Promise<void> {
    await this.nameButton.click();
    await this.nameField.fill(name);
    await this.nameField.press('Enter');
    await expect(this.nameField).toBeHidden();
  }

  /** Types a name on a page that is not live, or has no script. */
  async typesName(name: string): Promise<void> {
    await this.messageField.focus();
    await this.nameField.fill(name);
  }

  async publishes(text: string): Promise<void> {
    await this.messageField.fill(text);
    await this.messageField.press('Enter');
  }

  /** Waits for the page's start. A busy machine takes most of its time to compile the WebAssembly. */
  async isLive(): Promise<void> {
    await expect(this.page.locator('html')).toHaveAttribute('data-live', '', { timeout: 30_000 });
  }

  /** Waits for a connection, which the page shows to screen readers only. An offline page may take up to 20 s until its next attempt. */
  async isConnected(): Promise<void> {
    await this.isLive();
    await expect(this.status).toHaveText('Connected', { timeout: 30_000 });
  }

  async isOffline(): Promise<void> {
    await expect(this.status).toContainText('You are offline');
  }

  /** Waits for the lazily loaded parts: menus, dialogs and the buttons of pending messages. A page that is cut off cannot load them. */
  async hasAllParts(): Promise<void> {
    const missing = () =>
      this.page.evaluate(() => {
        const parts = document.querySelector<HTMLMetaElement>('meta[name="chorus:parts"]')!.content.split(' ');
        const loaded = performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname);
        return parts.filter((part) => part && !loaded.includes(part));
      });
    await expect.poll(missing, { timeout: 30_000 }).toEqual([]);
    // Only parts that run show the foot of a topic's sidebar.
    const isTopic = (await this.page.locator('.composer').count()) > 0;
    if (isTopic) await expect(this.page.locator('.sidebar .foot')).toBeAttached({ timeout: 30_000 });
  }

  /** Cuts the browser off, once the page is complete. */
  async goesOffline(): Promise<void> {
    await this.hasAllParts();
    await this.page.context().setOffline(true);
    await this.isOffline();
  }

  /** The message with exactly this text. */
  message(text: string): Locator {
    // A reply's quote is not part of its own text.
    return this.messages.filter({ has: this.page.locator('.fold').getByText(text, { exact: true }) });
  }

  /** The message with this `seq`. */
  messageAt(seq: number): Locator {
    return this.page.locator(`#m${seq}`);
  }

  menuButton(message: Locator): Locator {
    return message.getByRole('button', { name: /^Actions for / });
  }

  menu(message: Locator): Locator {
    return message.getByRole('group', { name: 'Message actions' });
  }

  async opensMenu(text: string): Promise<Locator> {
    const message = this.message(text);
    // A background tab does not render, and a click waits for rendering.
    await this.page.bringToFront();
    await message.hover();
    await this.menuButton(message).click();
    return this.menu(message);
  }

  async beginsToEdit(text: string): Promise<void> {
    const menu = await this.opensMenu(text);
    await menu.getByRole('menuitem', { name: 'Edit' }).click();
    await expect(this.editField).toBeFocused();
  }

  async edits(text: string, into: string): Promise<void> {
    await this.beginsToEdit(text);
    await this.editField.fill(into);
    await this.editField.press('Enter');
    await expect(this.editField).toHaveCount(0);
  }

  async deletes(text: string): Promise<void> {
    const menu = await this.opensMenu(text);
    await menu.getByRole('menuitem', { name: 'Delete' }).click();
    await menu.getByRole('menuitem', { name: 'Delete for everyone?' }).click();
  }

  async reacts(text: string, emoji: string): Promise<void> {
    const menu = await this.opensMenu(text);
    await menu.getByRole('button', { name: `React with ${emoji}` }).click();
  }

  /** The button with the count of one emoji at a message. It toggles the own reaction. */
  reaction(text: string, emoji: string): Locator {
    const reactions = this.message(text).getByRole('list', { name: 'Reactions' });
    return reactions.getByRole('button', { name: new RegExp(`^${emoji} `) });
  }

  /** The reactions of the message with this `seq`. */
  reactionsAt(seq: number): Locator {
    return this.messageAt(seq).getByRole('list', { name: 'Reactions' }).getByRole('listitem');
  }

  async seesReaction(text: string, emoji: string, count: number, names: string): Promise<void> {
    await expect(this.reaction(text, emoji)).toHaveAccessibleName(`${emoji} ${count}: ${names}`);
    await expect(this.reaction(text, emoji)).toHaveText(`${emoji} ${count}`);
  }

  async seesNoReaction(text: string): Promise<void> {
    await expect(this.message(text).getByRole('list', { name: 'Reactions' })).toHaveCount(0);
  }

  async seesTombstones(count: number): Promise<void> {
    await expect(this.message('This message was deleted.')).toHaveCount(count);
  }

  /** The status of changes of a message that are not in the log yet. */
  changes(message: Locator): Locator {
    return message.locator('.change');
  }

  /**
   * Scrolls with the wheel: up by a positive number of pixels, down by a negative one. A headless Chromium sometimes drops
   * a turn of the wheel, hence the next one where nothing has moved.
   */
  async scrollsUp(pixels: number): Promise<void> {
    await this.scroller.hover();
    const [before, end] = await this.scroller.evaluate((log) => [log.scrollTop, log.scrollHeight - log.clientHeight]);
    const hasRoom = pixels > 0 ? before > 1 : before < end - 1;
    await expect(async () => {
      await this.page.mouse.wheel(0, -pixels);
      const top = () => this.scroller.evaluate((log) => log.scrollTop);
      if (hasRoom) await expect.poll(top, { timeout: 1_000 }).not.toBe(before);
    }).toPass();
  }

  /** Scrolls up repeatedly until this message is loaded and in view. Returns once the log no longer moves. */
  async scrollsUpTo(text: string): Promise<void> {
    await expect(async () => {
      await this.scrollsUp(400);
      await expect(this.message(text)).toBeInViewport({ timeout: 150 });
    }).toPass({ timeout: 20_000, intervals: [20] });
    await this.stopsScrolling();
    // The last turn of the wheel may have gone too far.
    await this.message(text).scrollIntoViewIfNeeded();
    await this.stopsScrolling();
  }

  /** Waits until the log has not moved for ten frames. The browser animates what the wheel scrolls. */
  async stopsScrolling(): Promise<void> {
    await this.scroller.evaluate(
      (log) =>
        new Promise<void>((resolve) => {
          let top = log.scrollTop;
          let frames = 0;
          const look = () => {
            frames = log.scrollTop === top ? frames + 1 : 0;
            top = log.scrollTop;
            if (frames === 10) resolve();
            else requestAnimationFrame(look);
          };
          requestAnimationFrame(look);
        }),
    );
  }

  /** A message that is not in the topic's log yet. */
  pending(text: string): Locator {
    const rows = this.page.getByRole('list', { name: 'Unsent messages' }).getByRole('listitem');
    return rows.filter({ has: this.page.getByText(text, { exact: true }) });
  }

  /** Sees the message exactly once, and not as pending. */
  async sees(text: string): Promise<void> {
    await expect(this.message(text)).toHaveCount(1);
    await expect(this.pending(text)).toHaveCount(0);
  }

  async seesNot(text: string): Promise<void> {
    await expect(this.scroller.getByText(text, { exact: true })).toHaveCount(0);
  }

  /** Sees exactly these messages in this order. */
  async seesAll(texts: string[]): Promise<void> {
    await expect.poll(() => this.bodyTexts()).toEqual(texts);
  }

  /**
   * Sees these messages, in this order, as the newest ones. Older ones may be there as well: where the newest page of the
   * history is not higher than the log, the page loads the one before it.
   */
  async seesNewest(texts: string[]): Promise<void> {
    await expect.poll(async () => (await this.bodyTexts()).slice(-texts.length)).toEqual(texts);
  }

  async seesWaiting(text: string): Promise<void> {
    await expect(this.pending(text)).toContainText('Will be sent automatically');
  }

  /** Presses a button of a pending message. */
  async presses(button: string, text: string): Promise<void> {
    await this.pending(text).getByRole('button', { name: button }).click();
  }

  /** Returns the exact texts of all messages, oldest first. */
  async bodyTexts(): Promise<string[]> {
    return await this.bodies.evaluateAll((bodies) => bodies.map((body) => body.textContent ?? ''));
  }
}
