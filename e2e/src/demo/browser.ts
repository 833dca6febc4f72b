/** As much of a browser as signing in needs: cookies by origin, redirects by hand, and the page it ends on. */
export class Browser {
  private readonly cookies = new Map<string, Map<string, string>>();

  async get(url: string): Promise<Page> {
    return this.open(new URL(url), { method: 'GET' });
  }

  /** Sends a form of the page as a click on its button would. */
  async submit(page: Page, action: string, fields: Readonly<Record<string, string>>): Promise<Page> {
    const headers = { 'content-type': 'application/x-www-form-urlencoded', origin: page.url.origin };
    return this.open(new URL(action, page.url), { method: 'POST', headers, body: new URLSearchParams(fields).toString() });
  }

  /** The Cookie header for an address, for calls outside this browser. */
  cookieFor(url: string): string {
    return [...(this.cookies.get(new URL(url).host) ?? [])].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  private async open(start: URL, first: RequestInit): Promise<Page> {
    let url = start;
    let init = first;
    for (let hops = 0; hops < 20; hops += 1) {
      const headers = { ...(init.headers as Record<string, string> | undefined), cookie: this.cookieFor(url.href), accept: 'text/html' };
      const response = await fetch(url, { ...init, headers, redirect: 'manual' });
      this.keepCookies(url, response);
      const location = response.headers.get('location');
      if (location === null) return { url, status: response.status, html: await response.text() };
      await response.body?.cancel();
      url = new URL(location, url);
      init = { method: 'GET' };
    }
    throw new Error(`too many redirects from ${start.origin}${start.pathname}`);
  }

  private keepCookies(url: URL, response: Response): void {
    const jar = this.cookies.get(url.host) ?? new Map<string, string>();
    this.cookies.set(url.host, jar);
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';');
      const at = pair.indexOf('=');
      const [name, value] = [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
      if (value === '' || /;\s*max-age=0/i.test(line)) jar.delete(name);
      else jar.set(name, value);
    }
  }
}

export interface Page {
  readonly url: URL;
  readonly status: number;
  readonly html: string;
}
