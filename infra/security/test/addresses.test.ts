import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './matrix';

interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly parameters?: readonly { readonly name: string; readonly in: string }[] }>>>>;
}

const api = JSON.parse(readFileSync(path.join(root, 'services/gateway/openapi.json'), 'utf8')) as OpenApi;
const operations = Object.values(api.paths).flatMap((methods) => Object.values(methods));

// Their address is configuration: OIDC_ISSUER.
const callers = ['services/gateway/src/identity/issuer.ts', 'services/gateway/src/sessions/sign-in.ts', 'packages/auth/src/issuer-keys.ts'];

describe('addresses', () => {
  it('hold ids, states, days and pages, never what is personal or secret', () => {
    const inAddresses = operations.flatMap(({ parameters = [] }) => parameters.filter((one) => one.in === 'path' || one.in === 'query')).map(({ name }) => name);
    const known = ['id', 'taskId', 'paperId', 'code', 'unitCode', 'number', 'state', 'kind', 'order', 'onDay', 'asOf', 'day', 'fromDay', 'toDay', 'at', 'days', 'month', 'dueBefore', 'year', 'fromYear', 'toYear', 'concern', 'includeClosed', 'proxyAllowedOnly', 'category', 'openOnly', 'dryRun', 'pageSize', 'pageToken'];
    expect(inAddresses.length).toBeGreaterThan(50);
    expect([...new Set(inAddresses)].filter((name) => !known.includes(name) && !/^(tenant|topic|publication|author|unit|agent|resident|principal|underUnit|committee|meeting|site|leader|venue|activity|job)Id$/.test(name))).toEqual([]);
  });

  it('are called over HTTP by nothing but what speaks with the configured issuer', () => {
    const folders = ['services', 'packages'].flatMap((folder) => readdirSync(path.join(root, folder)).map((name) => `${folder}/${name}/src`)).filter((one) => one !== 'packages/testing/src');
    const files = folders.flatMap((folder) => readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) => `${folder}/${file}`)).filter((file) => /(?<!\.test)\.ts$/.test(file) && !file.includes('/gen/'));
    expect(files.length).toBeGreaterThan(150);
    const callsOut = /(?<![.\w])fetch\(|\b(?:https?|net|tls)\.(?:request|get|connect)\(|import \{[^}]*\b(?:request|get|connect)\b[^}]*\} from 'node:(?:https?|net|tls)'|from '(?:openid-client|undici|axios)'|createRemoteJWKSet/;
    expect(files.filter((file) => callsOut.test(readFileSync(path.join(root, file), 'utf8')))).toEqual(callers);
  });
});

describe('our pages', () => {
  it('keep nothing in the browser but the session’s cookie', () => {
    const folders = ['services/gateway/src/pages', 'services/gateway/src/sessions', 'infra/issuer/src'].map((folder) => path.join(root, folder));
    const sources = folders.flatMap((folder) => readdirSync(folder).filter((file) => file.endsWith('.ts')).map((file) => readFileSync(path.join(folder, file), 'utf8')));
    expect(sources.length).toBeGreaterThan(8);
    expect(sources.filter((source) => /localStorage|sessionStorage|indexedDB|document\.cookie|caches\.open|serviceWorker/.test(source))).toEqual([]);
  });
});
