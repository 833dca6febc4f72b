export { canonicalJson, type Json } from './canonical-json';
export type { AuditDetails } from './details';
export { recordAudit, recordAudits, type AuditRecord } from './record-audit';
export { createSealer, type Sealer, type SealerOptions } from './sealer';
export { createAuditTables, dropAuditTables } from './tables';
export { exportAudit } from './export-file';
export { problems, type AuditFinding } from './findings';
export { verifyAudit, verifyExport, type VerifyOptions } from './verify-audit';
