import { isAppError } from '@linli/errors';
import { languageOf, statusOf, type Route } from '@linli/http';
import type { Logger } from '@linli/telemetry';
import type { Request, Response } from 'express';
import { renderReason } from '../messages/render';
import { escapeHtml, pageOf, sendPage } from './html';

/** For routes that people reach by their browser: what goes wrong is said on a page, with the way back to the door. */
export function answerWithPage(log: Logger, handle: (request: Request, response: Response) => Promise<void>): Route['handle'] {
  return async (request, response) => {
    try {
      await handle(request, response);
    } catch (error) {
      if (!isAppError(error) || error.kind === 'internal' || request.accepts(['json', 'html']) !== 'html') throw error;
      log.info({ reason: error.reason }, 'refused on a page');
      const { title, detail } = renderReason(error.reason, error.details, languageOf(request));
      response.status(statusOf(error, false));
      sendPage(response, pageOf(title, `<h1>${escapeHtml(title)}</h1><p>${escapeHtml(detail)}</p><p><a class="button" href="/auth/sign-in">重新登录</a></p>`));
    }
  };
}
