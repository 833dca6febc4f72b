import type { ApiRoute } from '../routing/route';
import { escapeHtml } from './html';

type Schema = {
  type?: string | string[];
  format?: string;
  enum?: unknown[];
  description?: string;
  $ref?: string;
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  anyOf?: Schema[];
};
type Document = {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
};
type Operation = {
  operationId: string;
  summary: string;
  tags: string[];
  'x-permission'?: string;
  parameters?: { name: string; in: string; required: boolean; description?: string; schema: Schema }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<string, { content?: Record<string, { schema: Schema }> }>;
};

const tagNames: Record<ApiRoute['tag'] | 'events', string> = {
  me: '我',
  cases: '办件',
  mandates: '委托',
  items: '事项',
  persons: '居民',
  work: '待办',
  threads: '全过程',
  pledges: '惠民实事',
  topics: '居民议题',
  decisions: '居民决议',
  publications: '居务公开',
  diary: '民情日记',
  units: '单位',
  venues: '场馆',
  bookings: '预约与报名',
  activities: '活动',
  brands: '社区品牌',
  incubation: '社会组织孵化',
  jobs: '招工',
  learning: '学习',
  conduct: '行为规范',
  staff: '工作人员',
  calendar: '工作日历',
  duty: '值班',
  grants: '授权',
  tenants: '街道',
  party: '区域化党建',
  sites: '建筑工地',
  public: '公开',
  events: '实时变更',
};

/** The reference page: the document as something to read. No script, nothing loaded from anywhere. */
export function renderReference(document: unknown): string {
  const { paths, components } = document as Document;
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const tags = Object.entries(tagNames).filter(([tag]) => operations.some(({ operation }) => operation.tags[0] === tag));
  const sections = tags.map(([tag, name]) => {
    const own = operations.filter(({ operation }) => operation.tags[0] === tag);
    return `<section id="${tag}"><h2>${name}</h2>${own.map(renderOperation).join('')}</section>`;
  });
  const schemas = Object.entries(components.schemas).map(([name, schema]) => `<article id="schema-${name}"><h3>${escapeHtml(name)}</h3>${renderSchema(schema)}</article>`);
  return `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>邻里接口参考</title><style>${style}</style></head><body>
<header><h1>邻里接口参考</h1><p>机器可读的说明在 <a href="/openapi.json">/openapi.json</a>。时间为 UTC，日期为北京时间。新建须带 <code>Idempotency-Key</code>，修改须带 <code>If-Match</code>（所见版本的 ETag）。未成功的答复都是 <code>application/problem+json</code>，<code>code</code> 稳定不变。</p></header>
<nav aria-label="目录"><ul>${tags.map(([tag, name]) => `<li><a href="#${tag}">${name}</a></li>`).join('')}<li><a href="#schemas">数据结构</a></li></ul></nav>
<main>${sections.join('')}<section id="schemas"><h2>数据结构</h2>${schemas.join('')}</section></main></body></html>`;
}

function renderOperation({ path, method, operation }: { path: string; method: string; operation: Operation }): string {
  const { operationId, summary, parameters = [], requestBody, responses } = operation;
  const permission = operation['x-permission'];
  const success = Object.entries(responses).find(([status]) => status !== 'default');
  const answer = schemaIn(success?.[1].content);
  const body = schemaIn(requestBody?.content);
  const rows = parameters.map(
    ({ name, in: place, required, description = '', schema }) =>
      `<tr><td><code>${escapeHtml(name)}</code></td><td>${placeNames[place] ?? place}</td><td>${typeOf(schema)}${required ? '' : ' 可选'}</td><td>${escapeHtml(description)}</td></tr>`,
  );
  return `<article id="${operationId}"><h3><span class="method">${method.toUpperCase()}</span> <code>${escapeHtml(path)}</code></h3><p>${escapeHtml(summary)}${permission === undefined ? '' : `　权限 <code>${permission}</code>`}</p>
${rows.length === 0 ? '' : `<table><thead><tr><th>参数</th><th>位置</th><th>类型</th><th>说明</th></tr></thead><tbody>${rows.join('')}</tbody></table>`}
${body === undefined ? '' : `<details><summary>请求体</summary>${renderSchema(body)}</details>`}
${answer === undefined ? '' : `<details><summary>答复 ${success?.[0] ?? ''}</summary>${renderSchema(answer)}</details>`}</article>`;
}

/** JSON, or the file that there is instead. */
function schemaIn(content: Record<string, { schema: Schema }> = {}): Schema | undefined {
  return (content['application/json'] ?? Object.values(content).find(({ schema }) => schema.format === 'binary'))?.schema;
}

const placeNames: Record<string, string> = { path: '路径', query: '查询', header: '请求头' };

function renderSchema(schema: Schema): string {
  if (schema.properties === undefined) return `<p>${typeOf(schema)}${schema.description === undefined ? '' : ` ${escapeHtml(schema.description)}`}</p>`;
  const rows = Object.entries(schema.properties).map(([name, member]) => {
    const optional = schema.required?.includes(name) === true ? '' : ' 可选';
    const nested = inner(member);
    return `<tr><td><code>${escapeHtml(name)}</code></td><td>${typeOf(member)}${optional}</td><td>${escapeHtml(member.description ?? '')}${nested === undefined ? '' : renderSchema(nested)}</td></tr>`;
  });
  return `<table><thead><tr><th>字段</th><th>类型</th><th>说明</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

function inner(schema: Schema): Schema | undefined {
  if (schema.properties !== undefined) return schema;
  return schema.items === undefined ? undefined : inner(schema.items);
}

function typeOf(schema: Schema): string {
  if (schema.$ref !== undefined) {
    const name = escapeHtml(schema.$ref.split('/').at(-1) ?? '');
    return `<a href="#schema-${name}">${name}</a>`;
  }
  if (schema.enum !== undefined) return schema.enum.map((word) => `<code>${escapeHtml(String(word))}</code>`).join(' ');
  if (schema.anyOf !== undefined) return schema.anyOf.map(typeOf).join(' 或 ');
  if (schema.items !== undefined) return `${typeOf(schema.items)} 的列表`;
  const names: Record<string, string> = { string: '文本', integer: '整数', number: '数', boolean: '是否', object: '对象' };
  return names[String(schema.type)] ?? '任意';
}

const style = `
body{font:16px/1.6 system-ui,"Noto Sans CJK SC","Microsoft YaHei",sans-serif;max-width:72rem;margin:0 auto;padding:1rem;color:#1a1a1a}
nav ul{display:flex;flex-wrap:wrap;gap:.8rem;list-style:none;padding:0}
h2{border-bottom:2px solid #ccc;margin-top:2.5rem}h3{margin-bottom:.2rem;font-size:1.05rem}
.method{font-weight:700;color:#0b4f9e}
table{border-collapse:collapse;width:100%;margin:.4rem 0}th,td{border:1px solid #ccc;padding:.25rem .5rem;text-align:start;vertical-align:top}
code{font-family:ui-monospace,monospace;background:#f3f3f3;padding:0 .2rem;overflow-wrap:anywhere}
td:first-child,td:first-child code{white-space:nowrap}summary{cursor:pointer}a:focus-visible,summary:focus-visible{outline:3px solid #0b57d0}`;
