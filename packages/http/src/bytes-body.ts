import express, { type RequestHandler } from 'express';
import { unsupportedType } from './json-body';

/** A body that is taken as it is: its one media type, and the most bytes of it. */
export interface BytesBody {
  readonly mediaType: string;
  readonly limit: number;
}

/** Reads a body of that type into `request.body`, a Buffer, which is empty when none was sent. No compression: what is counted is what arrives. */
export function bytesBody({ mediaType, limit }: BytesBody): RequestHandler[] {
  const refuseOthers: RequestHandler = (request, _response, next) => {
    const [type = ''] = (request.headers['content-type'] ?? '').toLowerCase().split(';');
    next(type.trim() === mediaType ? undefined : unsupportedType(mediaType));
  };
  const keep: RequestHandler = (request, _response, next) => {
    const bytes: unknown = request.body;
    request.body = bytes instanceof Buffer ? bytes : Buffer.alloc(0);
    next();
  };
  return [refuseOthers, express.raw({ type: () => true, limit, inflate: false }), keep];
}
