import { pipeline } from 'node:stream/promises';
import { resourceExhausted } from '@linli/errors';
import { languageOf, type HttpApp } from '@linli/http';
import type { RequestHandler } from 'express';
import { z } from 'zod';
import { nothing, permissionOf, type Described } from '../routing/route';
import { createGate, expressPath, type Edge } from '../routing/serve';
import { inApiWords, readPart } from '../routing/validate';
import { exportSheet } from './export-sheet';
import { importAnswer, importQuery, importSheet } from './import-sheet';

const mediaType = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
const mostBytes = 10 * 1024 * 1024;
// One workbook may take some hundred megabytes while it is read.
const mostAtOnce = 2;
const retryAfterSeconds = '10';

const importOperation: Described = {
  method: 'post',
  path: '/v1/organization:importSheet',
  name: 'importSheet',
  summary: '从 Excel 工作簿（.xlsx，至多 10 MB）导入单位、人员、岗位与授权：全部成功或全部不写；每个问题都指明单元格；dryRun 只检查',
  tag: 'units',
  permission: permissionOf('organization.v1.ImportService/ImportOrganization'),
  sensitive: true,
  status: 200,
  params: nothing,
  query: importQuery,
  body: undefined,
  takes: mediaType,
  response: importAnswer,
};

const exportOperation: Described = {
  method: 'get',
  path: '/v1/organization:exportSheet',
  name: 'exportSheet',
  summary: '把今天的单位、人员、岗位与授权导出为 Excel 工作簿（.xlsx），可原样导入；也用作填写的模板',
  tag: 'units',
  permission: permissionOf('organization.v1.ImportService/ExportOrganization'),
  sensitive: true,
  status: 200,
  params: nothing,
  query: nothing,
  body: undefined,
  gives: mediaType,
  response: z.unknown(),
};

/** What takes or gives a workbook, for the document. */
export const sheetOperations: readonly Described[] = [importOperation, exportOperation];

/** Bodies and answers that are no JSON, and so not in the table. */
export function serveSheets(http: HttpApp, edge: Edge): void {
  serveImport(http, edge);
  serveExport(http, edge);
}

function serveImport(http: HttpApp, edge: Edge): void {
  const gate = createGate(edge, importOperation);
  let inHand = 0;
  const takeTurn: RequestHandler = (_request, response, next) => {
    if (inHand >= mostAtOnce) throw resourceExhausted('WORKBOOKS_BUSY', 'as many workbooks as there is room for are being read', { details: { retryAfterSeconds } });
    inHand += 1;
    response.once('close', () => (inHand -= 1));
    next();
  };
  http.route({
    method: 'post',
    path: expressPath(importOperation.path),
    guards: [gate.letIn, takeTurn],
    body: { mediaType, limit: mostBytes },
    async handle(request, response) {
      const { caller } = gate.admitted(request);
      const { dryRun = false } = readPart(importQuery, request.query);
      // A change that has begun is carried through, whether or not its sender waits for the answer.
      const answer = await importSheet(edge.deps.clients, { caller }, { bytes: request.body as Buffer, dryRun, language: languageOf(request) }).catch((error: unknown) => {
        throw inApiWords(error);
      });
      response.json(answer);
    },
  });
}

function serveExport(http: HttpApp, edge: Edge): void {
  const gate = createGate(edge, exportOperation);
  http.route({
    method: 'get',
    path: expressPath(exportOperation.path),
    guards: [gate.letIn],
    async handle(request, response, { signal }) {
      const { caller } = gate.admitted(request);
      readPart(nothing, request.query);
      try {
        const { workbook, asOf } = await exportSheet(edge.deps.clients, { caller, signal });
        const name = `${caller.tenantId}-${asOf}.xlsx`;
        response.setHeader('Content-Type', mediaType);
        response.setHeader('Content-Disposition', `attachment; filename="linli-${name}"; filename*=UTF-8''${encodeURIComponent(`单位与人员-${name}`)}`);
        await pipeline(workbook, response);
      } catch (error) {
        // Whoever asked is gone: there is nobody to answer.
        if (signal.aborted) return;
        throw inApiWords(error);
      }
    },
  });
}
