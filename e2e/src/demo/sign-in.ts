import type { Browser, Page } from './browser';

/** On the development issuer's page, clicks the person's button. @throws Error when the person is not on it. */
export async function choosePerson(browser: Browser, page: Page, subject: string): Promise<Page> {
  const form = page.html.split('<form').find((part) => part.includes(`value="${subject}"`));
  const action = /action="([^"]+)"/.exec(form ?? '')?.[1];
  if (action === undefined) throw new Error(`the sign-in page (${page.status}) does not offer ${subject}`);
  return browser.submit(page, action, { subject });
}
