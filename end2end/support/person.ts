import { type Locator, type Page, expect } from '@playwright/test';

/** Somebody with a browser. */
export class Person {
  readonly nameField: Locator;
  readonly messageField: Locator;
  readonly writeButton: Locator;
  readonly status: Locator;
  readonly log: Locator;
  /** The part of the page that scrolls. */
  readonly scroller: Locator;
  /** What the topic's log has: a time stands at it. */
  readonly messages: Locator;
  readonly bodies: Locator;
  readonly newMessages: Locator;

  constructor(readonly page: Page) {
    this.nameField = page.getByRole('textbox', { name: 'Name', exact: true });
    this.messageField = page.getByRole('textbox', { name: 'Message', exact: true });
    this.writeButton = page.getByRole('button', { name: 'Write' });
    this.status = page.getByRole('status');
    this.log = page.getByRole('log');
    this.scroller = page.getByRole('region', { name: 'Messages', exact: true });
    this.messages = this.log.getByRole('listitem').filter({ has: page.getByRole('time') });
    this.bodies = this.messages.locator('p:last-child');
    this.newMessages = page.getByRole('button', { name: 'New messages' });
  }

  /** Another tab of theirs, with nothing in it yet. */
  async another(): Promise<Person> {
    return new Person(await this.page.context().newPage());
  }

  /** Opens a topic and waits until it is live. */
  async joins(topic: string): Promise<void> {
    await this.opens(topic);
    await this.isConnected();
  }

  /** Opens a topic, whether the page comes to life or not. */
  async opens(topic: string): Promise<void> {
    await this.page.goto(`/t/${topic}`);
  }

  async isNamed(name: string): Promise<void> {
    await this.nameField.fill(name);
  }

  async says(text: string): Promise<void> {
    await this.messageField.fill(text);
    await this.messageField.press('Enter');
  }

  async isLive(): Promise<void> {
    await expect(this.page.locator('html')).toHaveAttribute('data-live');
  }

  /** A page that was cut off may take up to 20 s until its next try. */
  async isConnected(): Promise<void> {
    await this.isLive();
    await expect(this.status).toHaveText('Connected', { timeout: 21_000 });
  }

  async isCutOff(): Promise<void> {
    await expect(this.status).toContainText('Offline');
  }

  /** The message whose whole text this is. */
  message(text: string): Locator {
    return this.messages.filter({ has: this.page.getByText(text, { exact: true }) });
  }

  /** What was written here and is not in the topic's log yet. */
  pending(text: string): Locator {
    const rows = this.page.getByRole('list', { name: 'On their way' }).getByRole('listitem');
    return rows.filter({ has: this.page.getByText(text, { exact: true }) });
  }

  /** Sees it exactly once, and not as something that still waits. */
  async sees(text: string): Promise<void> {
    await expect(this.message(text)).toHaveCount(1);
    await expect(this.pending(text)).toHaveCount(0);
  }

  async seesNot(text: string): Promise<void> {
    await expect(this.scroller.getByText(text, { exact: true })).toHaveCount(0);
  }

  /** Sees exactly these messages in this order. */
  async seesAll(texts: string[]): Promise<void> {
    await expect.poll(() => this.reads()).toEqual(texts);
  }

  async seesWaiting(text: string): Promise<void> {
    await expect(this.pending(text)).toContainText('Waiting to be sent');
  }

  /** Does something about what was written and is not in the log. */
  async presses(button: string, text: string): Promise<void> {
    await this.pending(text).getByRole('button', { name: button }).click();
  }

  /** The texts of all messages, oldest first, to the letter. */
  async reads(): Promise<string[]> {
    return await this.bodies.evaluateAll((bodies) => bodies.map((body) => body.textContent ?? ''));
  }
}
