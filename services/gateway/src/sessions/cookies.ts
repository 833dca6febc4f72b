import type { Request, Response } from 'express';

export interface Cookies {
  readonly session: string;
  readonly signIn: string;
  set(response: Response, name: string, value: string): void;
  clear(response: Response, name: string): void;
}

/** Our two cookies. Under HTTPS their `__Host-` names keep other hosts of the domain from setting them. */
export function createCookies(secure: boolean): Cookies {
  const prefix = secure ? '__Host-' : '';
  const attributes = `Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
  return {
    session: `${prefix}linli-session`,
    signIn: `${prefix}linli-sign-in`,
    // Without Max-Age they end with the browser; the server ends them earlier.
    set: (response, name, value) => void response.append('Set-Cookie', `${name}=${value}; ${attributes}`),
    clear: (response, name) => void response.append('Set-Cookie', `${name}=; Max-Age=0; ${attributes}`),
  };
}

/** A cookie that was sent exactly once; one sent twice was planted by somebody, and neither counts. */
export function readCookie(request: Request, name: string): string | undefined {
  const values = (request.headers.cookie ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
  return values.length === 1 ? values[0] : undefined;
}
