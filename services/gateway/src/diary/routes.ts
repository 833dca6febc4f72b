import { organization } from '@linli/contracts';
import { internal } from '@linli/errors';
import { z } from 'zod';
import { route, type Answer, type ApiRoute } from '../routing/route';
import { given, id, nextPageToken, optionalDay, optionalId, optionalText, page, time, timeOf } from '../wire/fields';
import { words } from '../wire/words';

const needs = words('DIARY_NEED', organization.DiaryNeed, [
  'lighting', 'heating', 'repairs', 'safety', 'sanitation', 'parking', 'elder_care', 'child_care', 'jobs', 'health_service', 'allowance', 'neighbours', 'accessibility', 'other',
]);
const actions = words('DIARY_ACTION', organization.DiaryAction, ['none', 'explained', 'helped', 'passed_on', 'case_opened', 'will_return']);

const entrySchema = z
  .strictObject({
    id: z.string(),
    unitId: z.string().meta({ description: '楼栋' }),
    visitedOn: z.string(),
    authorId: z.string(),
    needs: z.array(needs.schema),
    action: actions.schema.optional(),
    textZh: z.string().optional().meta({ description: '到期删除' }),
    textExpiresAt: time.optional(),
    textErased: z.boolean(),
    followUpPersonId: z.string().optional().meta({ description: '只有要求回访的居民' }),
    linkedNeedId: z.string().optional(),
    linkedCaseId: z.string().optional(),
    createdAt: time.optional(),
    version: z.int(),
  })
  .meta({ id: 'DiaryEntry' });

type EntryJson = z.input<typeof entrySchema>;

function toJson(entry: organization.DiaryEntry): EntryJson {
  const { unitPath: _inside, textZh, followUpPersonId, linkedNeedId, linkedCaseId, textExpiresAt, createdAt, ...rest } = entry;
  return {
    ...rest,
    needs: entry.needs.flatMap((need) => needs.fromWire(need) ?? []),
    action: actions.fromWire(entry.action),
    textZh: given(textZh),
    textExpiresAt: timeOf(textExpiresAt),
    followUpPersonId: given(followUpPersonId),
    linkedNeedId: given(linkedNeedId),
    linkedCaseId: given(linkedCaseId),
    createdAt: timeOf(createdAt),
  };
}

function answer({ entry }: { entry: organization.DiaryEntry | undefined }): Answer<EntryJson> {
  if (entry === undefined) throw internal('ANSWER_EMPTY', 'a service answered without its message');
  return { body: toJson(entry), version: entry.version, location: `/v1/diary-entries/${entry.id}` };
}

export const diaryRoutes: readonly ApiRoute[] = [
  route({
    method: 'get',
    path: '/v1/diary-entries',
    name: 'listDiaryEntries',
    summary: '民情日记：一栋楼的，或一个人写的（填其中一项）',
    tag: 'diary',
    calls: 'organization.v1.DiaryService/ListDiaryEntries',
    query: z.strictObject({ unitId: optionalId, authorId: optionalId, ...page }),
    response: z.strictObject({ entries: z.array(entrySchema), nextPageToken }),
    handle: async ({ query }, { clients, options }) => {
      const found = await clients.diary.listDiaryEntries(query, options);
      return { body: { entries: found.entries.map(toJson), nextPageToken: found.nextPageToken } };
    },
  }),
  route({
    method: 'post',
    path: '/v1/diary-entries',
    name: 'writeDiaryEntry',
    summary: '写民情日记（文字到期删除；不评价任何人）',
    tag: 'diary',
    calls: 'organization.v1.DiaryService/WriteDiaryEntry',
    creates: true,
    body: z.strictObject({
      unitId: id,
      visitedOn: optionalDay.meta({ description: '缺省为今天' }),
      needs: z.array(needs.schema).max(10),
      action: actions.schema,
      textZh: optionalText(200),
      followUpAsked: z.boolean().meta({ description: '居民要求回访' }),
      followUpPersonId: optionalId,
      linkedNeedId: optionalId,
      linkedCaseId: optionalId,
    }),
    response: entrySchema,
    handle: async ({ body: { needs: found, action, ...rest }, requestId }, { clients, options }) =>
      answer(await clients.diary.writeDiaryEntry({ ...rest, needs: found.map((need) => needs.toWire(need)), action: actions.toWire(action), requestId }, options)),
  }),
  route({
    method: 'get',
    path: '/v1/diary-entries/{id}',
    name: 'getDiaryEntry',
    summary: '一篇民情日记',
    tag: 'diary',
    calls: 'organization.v1.DiaryService/GetDiaryEntry',
    params: z.strictObject({ id }),
    response: entrySchema,
    handle: async ({ params }, { clients, options }) => answer(await clients.diary.getDiaryEntry({ entryId: params.id }, options)),
  }),
];
