import { gzipSync } from 'node:zlib';

export interface BadBody {
  readonly name: string;
  readonly body: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  readonly status: number;
  readonly code: string;
}

const bytes = (...values: number[]): Buffer => Buffer.from(values);

/** `text` as the value of a field that no route has, so that only the body's own rule can refuse it in time. */
const inString = (...values: number[]): Buffer => Buffer.concat([Buffer.from('{"x":"'), bytes(...values), Buffer.from('"}')]);

function refused(code: string, bodies: Readonly<Record<string, Buffer | string>>): BadBody[] {
  return Object.entries(bodies).map(([name, body]) => ({ name, body: Buffer.from(body as Buffer), status: 400, code }));
}

const many = (text: string, times: number): string => text.repeat(times);

/** Bodies that no route takes, whatever it is for. */
export const badBodies: readonly BadBody[] = [
  ...refused('BODY_NOT_UTF8', {
    'a byte that begins nothing': inString(0xff),
    'a continuation alone': inString(0x80),
    'an overlong slash in two bytes': inString(0xc0, 0xaf),
    'an overlong NUL': inString(0xc0, 0x80),
    'an overlong slash in three bytes': inString(0xe0, 0x80, 0xaf),
    'half a character in three bytes': inString(0xed, 0xa0, 0x80),
    'a pair of halves (CESU-8)': inString(0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80),
    'a character beyond the last': inString(0xf4, 0x90, 0x80, 0x80),
    'a character that is cut off': Buffer.concat([Buffer.from('{"x":"'), bytes(0xe9, 0x82)]),
    'GBK': inString(0xc1, 0xda, 0xc0, 0xef),
  }),
  ...refused('BODY_NOT_JSON', {
    'a byte order mark': Buffer.concat([bytes(0xef, 0xbb, 0xbf), Buffer.from('{}')]),
    'UTF-16 without a mark': Buffer.from('{"x":1}', 'utf16le'),
    'UTF-32': Buffer.from([0x7b, 0, 0, 0, 0x7d, 0, 0, 0]),
    'NULs': Buffer.alloc(64),
    'a NUL behind': Buffer.from('{}\0'),
    'NaN': '{"x":NaN}',
    'Infinity': '{"x":-Infinity}',
    'a hexadecimal number': '{"x":0x10}',
    'a number with a plus': '{"x":+1}',
    'a number that begins with zero': '{"x":01}',
    'a comment': '{/* */}',
    'single quotes': "{'x':1}",
    'a trailing comma': '{"x":1,}',
    'two values': '{}{}',
    'a bare new line in a string': '{"x":"a\nb"}',
    'a bad escape': '{"x":"\\x41"}',
    'a cut escape': '{"x":"\\u12"}',
    'a prefix against hijacking': ")]}',\n{}",
    'XML': '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>',
    'a form': 'x=1&y=2',
    'spaces only': '   ',
    'no end': many('[', 100_000),
  }),
  ...refused('BODY_FORBIDDEN_CHARACTER', {
    'a NUL': '{"x":"a\\u0000b"}',
    'a NUL in a key': '{"a\\u0000b":1}',
    'the first half of a character': '{"x":"\\ud83d"}',
    'the second half of a character': '{"x":"\\ude00"}',
    'halves the wrong way around': '{"x":"\\ude00\\ud83d"}',
    'half a character in a key': '{"\\ud800":1}',
  }),
  ...refused('BODY_FORBIDDEN_KEY', {
    '__proto__': '{"__proto__":{"isAdmin":true}}',
    '__proto__ as an escape': '{"\\u005f\\u005fproto__":{"isAdmin":true}}',
    '__proto__ within': '{"x":[{"__proto__":null}]}',
  }),
  ...refused('BODY_KEY_TWICE', {
    'a key twice': '{"x":1,"x":2}',
    'a key twice, once as an escape': '{"x":1,"\\u0078":2}',
    'a key twice within': '{"x":[{"y":1,"y":1}]}',
  }),
  ...refused('BODY_TOO_DEEP', {
    '33 levels': many('[', 33) + many(']', 33),
    '100 levels': `${many('{"a":', 100)}1${many('}', 100)}`,
    '10,000 levels': many('[', 10_000) + many(']', 10_000),
    '40,000 levels': `${many('{"a":', 40_000)}1${many('}', 40_000)}`,
  }),
  ...refused('FIELD_INVALID', {
    'null': 'null',
    'a list': '[]',
    'a text': '"x"',
    'a number': '1e400',
    'constructor': '{"constructor":{"prototype":{"isAdmin":true}}}',
    'prototype': '{"prototype":{}}',
    'what every object has': '{"toString":1,"hasOwnProperty":1,"valueOf":1}',
    'a key of a hundred thousand': `{"${many('k', 100_000)}":1}`,
    'ten thousand keys': `{${Array.from({ length: 10_000 }, (_, index) => `"k${index}":0`).join(',')}}`,
    'a hundred thousand numbers': `{"x":[${many('0,', 100_000)}0]}`,
  }),
  { name: 'a megabyte', body: Buffer.from(`{"x":"${many('x', 1_000_000)}"}`), status: 413, code: 'BODY_TOO_LARGE' },
  { name: 'a gzip bomb', body: gzipSync(Buffer.alloc(50_000_000, '[')), headers: { 'content-encoding': 'gzip' }, status: 415, code: 'CONTENT_ENCODING_UNSUPPORTED' },
  { name: 'two codings', body: Buffer.from('{}'), headers: { 'content-encoding': 'identity, gzip' }, status: 415, code: 'CONTENT_ENCODING_UNSUPPORTED' },
  ...['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/xml', 'application/json; charset=utf-16', 'application/json; charset=gbk', 'application/json; charset=utf-7', 'application/jsonx', '*/*', '', 'application/json, text/html'].map(
    (type): BadBody => ({ name: `content type ${JSON.stringify(type)}`, body: Buffer.from('{}'), headers: { 'content-type': type }, status: 415, code: 'MEDIA_TYPE_UNSUPPORTED' }),
  ),
];

/** JSON, as it is written, that no field takes for a text, a number, a flag, a list or an object alike. */
export const badValues: Readonly<Record<string, string>> = {
  'null': 'null',
  'a number beyond all': '1e400',
  'a number that no double holds': '123456789012345678901234567890',
  'one more than is safe': '9007199254740993',
  'less than nothing': '-1000',
  'a fraction': '1000.5',
  'a text of eleven thousand characters': `"${many('字', 11_000)}"`,
  'an order of reading turned around': '"王\u202e明"',
  'an isolate that never ends': '"\u2066王"',
  'zero width': '"王\u200b小明"',
  'a word joiner': '"王\u2060小明"',
  'a byte order mark within': '"王\ufeff小明"',
  'a flood of marks': `"王${many('\u0336', 40)}"`,
  'a filler that looks like nothing': '"\u3164"',
  'tags that nobody sees': '"王\u{e0041}\u{e0042}"',
  'a C1 control': '"a\u0085b"',
  'an escape to a terminal': '"\\u001b[2J"',
  'no character': '"\uffff"',
  'a query': '{"$ne":null}',
  'an object that says it is a text': '{"length":1,"0":"a"}',
  'lists in lists': '[[[["a"]]]]',
};

/** Paths that lead nowhere, with what they are answered. */
export const badPaths: readonly (readonly [path: string, status: number, code: string])[] = [
  ['/v1/cases/%00', 400, 'URL_MALFORMED'],
  ['/v1/cases/%', 400, 'URL_MALFORMED'],
  ['/v1/cases/%c0%af', 400, 'URL_MALFORMED'],
  ['/v1/cases/%ed%a0%80', 400, 'URL_MALFORMED'],
  ['/v1/cases?number=%00', 400, 'URL_MALFORMED'],
  ['/v1/cases/%2e%2e', 400, 'FIELD_INVALID'],
  ['/v1/cases/%252e%252e', 400, 'FIELD_INVALID'],
  ['/v1/cases/%2e%2e%2fpersons', 400, 'FIELD_INVALID'],
  ['/v1/cases/..%5cpersons', 400, 'FIELD_INVALID'],
  ['/v1/cases/../persons', 404, 'ROUTE_NOT_FOUND'],
  ['/v1/cases/./x', 404, 'ROUTE_NOT_FOUND'],
  ['//v1/cases', 404, 'ROUTE_NOT_FOUND'],
  ['/v1//cases', 404, 'ROUTE_NOT_FOUND'],
  ['/v1/cases;x=1', 404, 'ROUTE_NOT_FOUND'],
  ['/v1/Cases', 404, 'ROUTE_NOT_FOUND'],
  ['/V1/cases', 404, 'ROUTE_NOT_FOUND'],
  ['/v1/cases/', 404, 'ROUTE_NOT_FOUND'],
  ['/v2/cases', 404, 'ROUTE_NOT_FOUND'],
  ['/__proto__/constructor', 404, 'ROUTE_NOT_FOUND'],
  ['/v1/cases/x%3Aaccept', 404, 'ROUTE_NOT_FOUND'],
  [`/v1/cases/${many('a', 10_000)}`, 400, 'FIELD_INVALID'],
  [`/v1/cases?${many('a=1&', 2_000)}`, 400, 'FIELD_INVALID'],
  ['/v1/cases?number[]=1', 400, 'FIELD_INVALID'],
  ['/v1/cases?number[__proto__]=1', 400, 'FIELD_INVALID'],
  ['/v1/cases?__proto__[isAdmin]=1', 400, 'FIELD_INVALID'],
  ['/v1/cases?state=draft&state=draft', 400, 'FIELD_INVALID'],
  ['/v1/cases?state=%E2%80%8Bdraft', 400, 'FIELD_INVALID'],
  ['/v1/cases?pageSize=1e400', 400, 'FIELD_INVALID'],
  ['/v1/cases?pageSize=-0', 400, 'FIELD_INVALID'],
  ['/v1/cases?pageSize=%EF%BC%91', 400, 'FIELD_INVALID'],
  ['/v1/cases?pageSize=99999999999999999999', 400, 'FIELD_INVALID'],
];
