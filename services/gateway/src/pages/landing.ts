import type { Admitted } from '../identity/authenticate';

const kindNames = { staff: '工作人员', resident: '居民', client: '对接系统', system: '系统' } as const;

/** The door: what this is, signing in and out, and where to read on. */
export function renderLanding(who: Admitted | undefined): string {
  const signedIn = who && `<p>您已登录：<strong>${escape(who.account.displayName)}</strong>（${kindNames[who.caller.kind]}）</p>
<ul><li><a href="/v1/me">我是谁，能做什么</a></li><li><a href="/v1/work">我的待办</a></li><li><a href="/v1/cases">办件</a></li><li><a href="/v1/items">事项目录</a></li></ul>
<form method="post" action="/auth/sign-out"><button>退出登录</button></form>`;
  return `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>邻里</title><style>
body{font:18px/1.7 system-ui,"Noto Sans CJK SC","Microsoft YaHei",sans-serif;max-width:42rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a}
a.button,button{font:inherit;display:inline-block;padding:.5rem 1.2rem;border:0;border-radius:.3rem;background:#0b4f9e;color:#fff;text-decoration:none;cursor:pointer}
a:focus-visible,button:focus-visible{outline:3px solid #f5b301;outline-offset:2px}</style></head><body><main>
<h1>邻里</h1><p>街道办事处为民服务平台：三百六十五天为居民跑腿办事，件件有着落，事事有回音。</p>
${signedIn ?? '<p><a class="button" href="/auth/sign-in">登录</a></p>'}
<p><a href="/docs">接口参考</a>　<a href="/openapi.json">openapi.json</a></p></main></body></html>`;
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
