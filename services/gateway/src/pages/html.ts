import type { Response } from 'express';

const policy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Sends a page that may load nothing and be framed by nobody. */
export function sendPage(response: Response, html: string): void {
  response.setHeader('Content-Security-Policy', policy);
  // Without a referrer policy of its own a form of this page would say "Origin: null".
  response.setHeader('Referrer-Policy', 'same-origin');
  response.type('html').send(html);
}

/** A small page of ours. `body` is HTML. */
export function pageOf(title: string, body: string): string {
  return `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${escapeHtml(title)}</title><style>${style}</style></head><body><main>${body}</main></body></html>`;
}

const style = `
body{font:18px/1.7 system-ui,"Noto Sans CJK SC","Microsoft YaHei",sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a}
a.button,button{font:inherit;display:inline-block;padding:.5rem 1.2rem;border:0;border-radius:.3rem;background:#0b4f9e;color:#fff;text-decoration:none;cursor:pointer}
a:focus-visible,button:focus-visible{outline:3px solid #f5b301;outline-offset:2px}
table{border-collapse:collapse;width:100%}th,td{border-bottom:1px solid #ccc;padding:.3rem .5rem;text-align:start}
.green{color:#1b6e2e}.yellow{color:#8a5a00}.red{color:#a4161a;font-weight:700}`;
