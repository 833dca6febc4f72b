import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { updatesSnapshot } from '@linli/testing';
import { renderReference } from '../pages/reference';
import { sheetOperations } from '../imports/serve-sheets';
import { publicRouteTable, routeTable } from '../routing/table';
import { createDocument } from './document';

const committed = path.join(__dirname, '../../openapi.json');

const routes = [...routeTable, ...publicRouteTable, ...sheetOperations];

describe('the OpenAPI document', () => {
  const document = createDocument(routes);

  it('is the committed one; UPDATE_SNAPSHOT=1 renews it', () => {
    const text = `${JSON.stringify(document, undefined, 2)}\n`;
    if (updatesSnapshot()) writeFileSync(committed, text);
    expect(text).toBe(readFileSync(committed, 'utf8'));
  });

  it('has every route once, each with a summary and a name of its own', () => {
    const names = routes.map((route) => route.name);
    expect(new Set(names).size).toBe(names.length);
    for (const { method, path: at, summary } of routes) {
      expect(summary).not.toBe('');
      expect(document).toHaveProperty(['paths', at, method]);
    }
  });

  it('writes addresses one way: nouns in kebab-case, and what is done to them behind a colon', () => {
    const odd = routes.map((route) => route.path).filter((at) => !/^(\/([a-z0-9]+(-[a-z0-9]+)*|\{[a-zA-Z]+\}))+(:[a-z][a-zA-Z]*)?$/.test(at));
    expect(odd).toEqual([]);
  });

  it('resolves every reference', () => {
    const text = JSON.stringify(document);
    const wanted = new Set([...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map((match) => match[1]));
    for (const name of wanted) expect(document).toHaveProperty(['components', 'schemas', name ?? '']);
    expect(text).not.toContain('$defs');
    const { schemas } = document['components'] as { schemas: Record<string, object> };
    expect(Object.entries(schemas).filter(([, schema]) => '$ref' in schema)).toEqual([]);
    expect(schemas['Case']).toMatchObject({ type: 'object', properties: { state: {}, version: {} } });
  });
});

describe('the reference page', () => {
  it('shows every route and loads nothing', () => {
    const html = renderReference(createDocument(routes));
    for (const route of routes) expect(html).toContain(`id="${route.name}"`);
    expect(html).not.toMatch(/<script|src=|href="http/);
  });
});
