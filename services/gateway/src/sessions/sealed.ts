import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Secret } from '@linli/config';

/** What SESSION_KEY is used for. Each use has a key of its own. */
export interface SessionKeys {
  /** Text that a browser keeps for us and can neither read nor change; `until` is part of it. */
  seal(value: object, until: Date): string;
  /** Undefined for anything that we did not seal, or that is past its time. */
  open(sealed: string, now: Date): unknown;
  /** The CSRF token of a session: known to who holds the session and can read our answers. */
  csrfTokenOf(idHash: string): string;
  isCsrfTokenOf(idHash: string, token: string): boolean;
}

const longestSealed = 4_000;

export function createSessionKeys(secret: Secret): SessionKeys {
  const sealKey = keyFor(secret, 'linli seal');
  const csrfKey = keyFor(secret, 'linli csrf');

  function csrfTokenOf(idHash: string): string {
    return createHmac('sha256', csrfKey).update(idHash).digest('base64url');
  }

  return {
    seal(value, until) {
      const iv = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', sealKey, iv);
      const body = Buffer.concat([cipher.update(JSON.stringify({ value, until: until.getTime() }), 'utf8'), cipher.final()]);
      return Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64url');
    },
    open(sealed, now) {
      const bytes = Buffer.from(sealed.length > longestSealed ? '' : sealed, 'base64url');
      try {
        const decipher = createDecipheriv('aes-256-gcm', sealKey, bytes.subarray(0, 12), { authTagLength: 16 });
        decipher.setAuthTag(bytes.subarray(12, 28));
        const text = decipher.update(bytes.subarray(28), undefined, 'utf8') + decipher.final('utf8');
        const { value, until } = JSON.parse(text) as { value: unknown; until: number };
        return now.getTime() < until ? value : undefined;
      } catch {
        // Forged, cut, or sealed with another key: all the same to us.
        return undefined;
      }
    },
    csrfTokenOf,
    isCsrfTokenOf(idHash, token) {
      const [given, expected] = [Buffer.from(token), Buffer.from(csrfTokenOf(idHash))];
      return given.length === expected.length && timingSafeEqual(given, expected);
    },
  };
}

function keyFor(secret: Secret, use: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret.reveal(), '', use, 32));
}
