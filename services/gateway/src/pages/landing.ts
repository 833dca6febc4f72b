import { work } from '@linli/contracts';
import { isAppError } from '@linli/errors';
import type { Admitted } from '../identity/authenticate';
import { zhWords } from '../messages/zh-words';
import type { Edge } from '../routing/serve';
import { escapeHtml, pageOf } from './html';

const kindNames = { staff: '工作人员', resident: '居民', client: '对接系统', system: '系统' } as const;
const lights: Readonly<Partial<Record<work.Urgency, { colour: string; name: string }>>> = {
  [work.Urgency.URGENCY_GREEN]: { colour: 'green', name: '绿灯' },
  [work.Urgency.URGENCY_YELLOW]: { colour: 'yellow', name: '黄灯' },
  [work.Urgency.URGENCY_RED]: { colour: 'red', name: '红灯' },
};
const mostShown = 20;

/** The door: what this is, who has signed in and what waits for them, and where to read on. */
export async function renderLanding(edge: Edge, who: Admitted | undefined): Promise<string> {
  const inside = who === undefined ? '<p><a class="button" href="/auth/sign-in">登录</a></p>' : await renderInside(edge, who);
  return pageOf(
    '邻里',
    `<h1>邻里</h1><p>街道办事处为民服务平台：三百六十五天为居民跑腿办事，件件有着落，事事有回音。</p>
${inside}
<p><a href="/docs">接口参考</a>　<a href="/openapi.json">openapi.json</a></p>`,
  );
}

async function renderInside(edge: Edge, who: Admitted): Promise<string> {
  const csrf = who.session === undefined ? '' : edge.door.keys.csrfTokenOf(who.session.idHash);
  return `<p>您已登录：<strong>${escapeHtml(who.account.displayName)}</strong>（${kindNames[who.caller.kind]}）</p>
<form method="post" action="/auth/sign-out"><input type="hidden" name="csrf" value="${csrf}"><button>退出登录</button></form>
<h2>我的待办</h2>${await renderWork(edge, who)}
<ul><li><a href="/v1/me">我是谁，能做什么</a></li><li><a href="/v1/cases">办件</a></li><li><a href="/v1/items">事项目录</a></li></ul>`;
}

async function renderWork({ deps }: Edge, { caller }: Admitted): Promise<string> {
  const silent: string[] = [];
  const lists = await Promise.all(
    deps.clients.queues.map(async ({ service, client }) => {
      try {
        return (await client.listWork({ pageSize: mostShown }, { caller })).items;
      } catch (error) {
        if (!isAppError(error)) throw error;
        if (error.kind !== 'permission_denied') silent.push(service);
        return [];
      }
    }),
  );
  const rows = lists.flat().sort((a, b) => (a.dueAt?.getTime() ?? Infinity) - (b.dueAt?.getTime() ?? Infinity)).slice(0, mostShown).map(renderRow);
  const missing = silent.length === 0 ? '' : '<p class="red">有一部分服务没有应答，待办可能不全。</p>';
  if (rows.length === 0) return `${missing}<p>没有等待您处理的事。</p>`;
  return `${missing}<table><thead><tr><th>编号</th><th>事项</th><th>下一步</th><th>时限</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

function renderRow({ subjectId, kind, number, titleZh, action, dueAt, urgency }: work.WorkItem): string {
  const shown = escapeHtml(number === '' ? '草稿' : number);
  const link = kind === 'requests.case' ? `<a href="/v1/cases/${encodeURIComponent(subjectId)}">${shown}</a>` : shown;
  const light = lights[urgency];
  const due = dueAt === undefined ? '' : `<span class="${light?.colour ?? ''}">${light?.name ?? ''} ${dayAndTime(dueAt)}</span>`;
  return `<tr><td>${link}</td><td>${escapeHtml(titleZh)}</td><td>${escapeHtml(zhWords[action] ?? action)}</td><td>${due}</td></tr>`;
}

function dayAndTime(time: Date): string {
  return new Intl.DateTimeFormat('zh-CN', { dateStyle: 'long', timeStyle: 'short', timeZone: 'Asia/Shanghai', hourCycle: 'h23' }).format(time);
}
