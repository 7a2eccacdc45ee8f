import type { Page } from '@playwright/test';

/** What the library's panic says of markup that is not as it was. */
export const NOT_TAKEN_OVER = /tachys.*hydrat|panicked/s;

/** Something between the server and this browser, or in it, that writes pages anew: a proxy, a translator. */
export async function rewrites(page: Page, rewrite: (markup: string) => string): Promise<void> {
  // The browser does not know where such a page came from, and asks whether it may speak to this machine.
  await page.context().grantPermissions(['local-network-access']);
  await page.route('**', async (route) => {
    const request = route.request();
    if (request.resourceType() !== 'document' || request.method() !== 'GET') return route.fallback();
    const answer = await route.fetch();
    await route.fulfill({ response: answer, body: rewrite(await answer.text()) });
  });
}

/** Writes the body anew: what stands in it before its scripts. */
const inBody = (rewrite: (body: string) => string) => (markup: string) =>
  markup.replace(/(?<=<body>).*(?=<\/body>)/s, rewrite);

/** As a translator does it: each text in a `<font>` of its own. */
export const translated = inBody((body) => body.replace(/>([^<>]*\p{L}[^<>]*)</gu, '><font><font>$1</font></font><'));

/** As a proxy does it that makes pages smaller. */
export const withoutComments = inBody((body) => body.replace(/<!(--.*?--)?>/gs, ''));
export const withoutSpace = inBody((body) => body.replace(/\s+(?=<)|(?<=>)\s+/g, ''));

/** As Cloudflare does it with addresses of mail. */
export const withoutMail = inBody((body) =>
  body.replace(/[\w.]+@[\w.]+\.\w+/g, '<a href="/cdn-cgi/l/email-protection" class="__cf_email__">[email&#160;protected]</a>'),
);

/** The word of the button, and nothing else. */
export const withTheButtonsWord = inBody((body) => body.replace('>Write<', '><font>Write</font><'));

/** A notice of somebody else before everything. */
export const withABanner = inBody((body) => `<div class="banner"><p>Brought to you by your hotel</p></div>${body}`);

/** Something else in the place of something, so that there is as much of it as before. */
export const withOneExchanged = inBody((body) => body.replace(/<!>(?=<\/form>)/, '<i></i>'));
