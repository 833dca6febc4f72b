import { coversUnit, unitScopes } from '@linli/auth';
import { organization } from '@linli/contracts';
import { compactLimit, readUuid, requestKey, requireText, violation, type RpcContext } from '@linli/grpc';
import { readAsOf, readDay } from '../days';
import type { Deps } from '../deps';
import { assignDualTask, completeDualTask, endDualReport, fileDualReport, reviewDualReport, updateDualReport } from './change-dual-report';
import type { DualReportWhole } from './dual-report';
import { dualReportNotFound } from './rules';
import { findDualReport, listDualReports, withAll } from './store';

const read = 'organization.dual_report.read';
const textRule = { max: 1_000 };
const mostPeople = 100_000;

export function dualReportService(deps: Deps): organization.DualReportServiceImplementation<RpcContext> {
  const refOf = ({ dualReportId, version }: { dualReportId: string; version: number }) => ({ dualReportId: readUuid(dualReportId, 'dual_report_id'), version });
  const answer = (report: DualReportWhole) => ({ dualReport: dualReportToWire(report) });
  return {
    async fileDualReport(request, { caller }) {
      const filed = await fileDualReport(deps, caller, {
        request: requestKey(caller, organization.FileDualReportRequest, request),
        memberUnitId: readUuid(request.memberUnitId, 'member_unit_id'),
        unitId: readUuid(request.unitId, 'unit_id'),
        headcount: readHeadcount(request.headcount),
      });
      return answer(filed);
    },
    async updateDualReport(request, { caller }) {
      return answer(await updateDualReport(deps, caller, { ...refOf(request), headcount: readHeadcount(request.headcount) }));
    },
    async assignDualTask(request, { caller }) {
      if (request.dueOn === '') throw violation('due_on', 'required');
      const task = { textZh: requireText(request.textZh, 'text_zh', textRule), dueOn: readDay(request.dueOn, 'due_on', '') };
      return answer(await assignDualTask(deps, caller, { ...refOf(request), task }));
    },
    async completeDualTask(request, { caller }) {
      const taskId = readUuid(request.taskId, 'task_id');
      const proof = requireText(request.proof, 'proof', textRule);
      return answer(await completeDualTask(deps, caller, { ...refOf(request), taskId, proof }));
    },
    async reviewDualReport(request, { caller }) {
      return answer(await reviewDualReport(deps, caller, { ...refOf(request), textZh: requireText(request.textZh, 'text_zh', textRule) }));
    },
    async endDualReport(request, { caller }) {
      return answer(await endDualReport(deps, caller, refOf(request)));
    },
    async getDualReport(request, { caller }) {
      const id = readUuid(request.dualReportId, 'dual_report_id');
      return deps.db.withTenant(caller, async (tx) => {
        const report = await findDualReport(tx, id);
        if (report === undefined || !coversUnit(caller, read, report.unitPath)) throw dualReportNotFound();
        return answer(await withAll(tx, report));
      });
    },
    async listDualReports(request, { caller }) {
      const limit = compactLimit(request.pageSize);
      const asOf = readAsOf(request);
      const context = { list: 'dual_reports', tenant: caller.tenantId, caller: caller.subject, asOf };
      const afterId = deps.pages.read(request.pageToken, context)?.[0]?.toString();
      const found = await deps.db.withTenant(caller, (tx) => listDualReports(tx, { scopes: unitScopes(caller, read), asOf, afterId, limit: limit + 1 }));
      const { shown, nextPageToken } = deps.pages.cut(found, { limit, context, at: ({ id }) => [id] });
      return { dualReports: shown.map((report) => dualReportToWire({ ...report, tasks: [], reviews: [] })), nextPageToken };
    },
  };
}

function dualReportToWire({ endedOn = '', reviewDueAt, tasks, reviews, ...rest }: DualReportWhole): organization.DualReport {
  return { ...rest, endedOn, reviewDueAt, tasks: tasks.map(({ doneOn = '', ...task }) => ({ ...task, doneOn })), reviews: reviews.map((review) => ({ ...review })) };
}

function readHeadcount(count: number): number {
  if (count < 0 || count > mostPeople) throw violation('headcount', 'out_of_range');
  return count;
}
