import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readImportFile } from './import-file';

const issuer = 'https://id.example';

describe('a file to import', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'linli-import-'));
  const write = (content: unknown): string => {
    const file = path.join(folder, 'office.json');
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
    return file;
  };
  afterAll(() => rmSync(folder, { recursive: true }));

  it('names the development issuer `dev`, wherever that runs', () => {
    const staff = [{ code: 's1', identityIssuer: 'dev' }, { code: 's2', identityIssuer: 'https://other.example' }, { code: 's3' }];
    const { organization } = readImportFile(write({ staff, clients: [{ identityIssuer: 'dev' }] }), issuer);
    expect(organization.staff.map((row) => row.identityIssuer)).toEqual([issuer, 'https://other.example', '']);
    expect(organization.clients[0]?.identityIssuer).toBe(issuer);
  });

  it('never asks for a dry run, and asks for each person under the same id every time', () => {
    const file = write({ tenant: { id: 'baihe' }, dryRun: true, residents: [{ phone: '19900100001', unitCode: 'g1' }, { phone: '19900100002', unitCode: 'g2' }] });
    const [first, second] = [readImportFile(file, issuer), readImportFile(file, issuer)];
    expect(first.organization.dryRun).toBe(false);
    expect(first.residents.map(({ unitCode }) => unitCode)).toEqual(['g1', 'g2']);
    expect(first.residents).toEqual(second.residents);
    expect(first.residents[0]?.request.requestId).not.toBe(first.residents[1]?.request.requestId);
  });

  it('may hold errands only', () => {
    const file = readImportFile(write({ items: [{ code: 'id-card' }] }), issuer);
    expect(file.tenant).toBeUndefined();
    expect(file.items.map(({ code }) => code)).toEqual(['id-card']);
  });

  it.each([['half a file', '{"tenant": {'], ['a list', '[]'], ['a word', '"office"'], ['nothing', '']])('is refused when it holds %s', (_, content) => {
    expect(() => readImportFile(write(content), issuer)).toThrow(expect.objectContaining({ reason: 'IMPORT_FILE_UNREADABLE' }));
  });

  it('is refused when it is not there', () => {
    expect(() => readImportFile(path.join(folder, 'nowhere.json'), issuer)).toThrow(/nowhere\.json cannot be read as JSON/);
  });
});
