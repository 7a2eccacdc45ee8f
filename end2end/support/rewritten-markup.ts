import type { Page } from '@playwright/test';

/** The panic of Leptos when the markup differs from the rendered one. */
export const HYDRATION_FAILED = /tachys.*hydrat|panicked/s;

/** Rewrites the pages that this browser loads, as proxies and translators do. */
export async function rewrites(page: Page, rewrite: (markup: string) => string): Promise<void> {
  // The browser does not know the origin's address of a fulfilled page, so loopback requests need this permission.
  await page.context().grantPermissions(['local-network-access']);
  await page.route('**', async (route) => {
    const request = route.request();
    if (request.resourceType() !== 'document' || request.method() !== 'GET') return route.fallback();
    const answer = await route.fetch();
    await route.fulfill({ response: answer, body: rewrite(await answer.text()) });
  });
}

/** Applies a rewrite to the body of a page. */
const inBody = (rewrite: (body: string) => string) => (markup: string) =>
  markup.replace(/(?<=<body>).*(?=<\/body>)/s, rewrite);

/** Wraps each text in `<font>` elements, as translators do. */
export const translated = inBody((body) => body.replace(/>([^<>]*\p{L}[^<>]*)</gu, '><font><font>$1</font></font><'));

/** Removes comments or white space, as minifying proxies do. */
export const withoutComments = inBody((body) => body.replace(/<!(--.*?--)?>/gs, ''));
export const withoutSpace = inBody((body) => body.replace(/\s+(?=<)|(?<=>)\s+/g, ''));

/** Obfuscates mail addresses as Cloudflare does. */
export const withoutMail = inBody((body) =>
  body.replace(
    /[\w.]+@[\w.]+\.\w+/g,
    '<a href="/cdn-cgi/l/email-protection" class="__cf_email__">[email&#160;protected]</a>',
  ),
);

/** Wraps only the button's text. */
export const withTranslatedButton = inBody((body) => body.replace('>Write<', '><font>Write</font><'));

/** Inserts a foreign element at the start of the body. */
export const withBanner = inBody((body) => `<div class="banner"><p>Brought to you by your hotel</p></div>${body}`);

/** Replaces one node by another, so that the number of nodes stays the same. */
export const withReplacedNode = inBody((body) => body.replace(/<!>(?=<\/form>)/, '<i></i>'));
