import type { Person } from './people';

const style = `
body{font:16px/1.6 system-ui,"Noto Sans CJK SC","Microsoft YaHei",sans-serif;margin:0 auto;max-width:64rem;padding:1rem;color:#1a1a1a;background:#fff}
.banner{background:#8a1c1c;color:#fff;padding:.6rem 1rem;border-radius:.3rem}
h1{font-size:1.5rem}h2{font-size:1.25rem;margin-top:2rem;border-bottom:2px solid #ccc}h3{font-size:1rem;margin:.9rem 0 .3rem}
ul{list-style:none;padding:0;margin:0;display:flex;flex-wrap:wrap;gap:.4rem}
button{font:inherit;padding:.4rem .7rem;border:1px solid #767676;border-radius:.3rem;background:#f6f6f6;text-align:start;cursor:pointer}
button:hover{background:#e4ecf7}button:focus-visible{outline:3px solid #0b57d0;outline-offset:2px}
small{color:#555}`;

/** The page that stands in for signing in: everybody by office and post, one click each. No script, nothing from outside. */
export function renderSignInPage(people: readonly Person[], action: string): string {
  const offices = groupBy(people.filter((person) => person.kind !== 'client'), (person) => person.tenantName);
  const body = [...offices].map(([office, members]) => `<section><h2>${escape(office)}</h2>${renderPosts(members, action)}</section>`);
  return renderPage('选择身份登录', body.join(''));
}

export function renderMessagePage(title: string, text: string): string {
  return renderPage(title, `<p>${escape(text)}</p>`);
}

function renderPosts(members: readonly Person[], action: string): string {
  return [...groupBy(members, (person) => person.title)]
    .map(([title, holders]) => `<h3>${escape(title)}</h3><ul>${holders.map((person) => renderPerson(person, action)).join('')}</ul>`)
    .join('');
}

function renderPerson({ subject, name, place }: Person, action: string): string {
  return `<li><form method="post" action="${escape(action)}"><input type="hidden" name="subject" value="${escape(subject)}"><button>${escape(name)} <small>${escape(place)}</small></button></form></li>`;
}

function renderPage(title: string, body: string): string {
  return `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${title} · 邻里开发环境</title><style>${style}</style></head><body><p class="banner" role="note"><strong>开发环境</strong>：不需要密码，所列人员均为虚构。正式环境使用本单位的统一身份认证。</p><main><h1>${title}</h1>${body}</main></body></html>`;
}

function groupBy<T>(members: readonly T[], keyOf: (member: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const member of members) groups.set(keyOf(member), [...(groups.get(keyOf(member)) ?? []), member]);
  return groups;
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
