import type { Caller } from '@linli/auth';
import { localDateOf } from '@linli/clocks';
import { requests } from '@linli/contracts';
import { compactLimit, requireText, violation, wireEnum } from '@linli/grpc';
import type { Deps } from '../deps';
import { readDay } from '../read-day';
import { importItems } from './import-items';
import { caseTypes, limitUnits, materialForms, type Item, type ItemLimit, type Material, type NewItem } from './rules';
import { getItemInForce, listItems } from './store';

const mostItems = 500;
const mostMaterials = 50;
// Such as `subsistence-allowance`. Fewer than 11 digits: the audit trail refuses what could be a person's number.
const codeRule = { max: 64, pattern: /^[A-Za-z](?!(?:\D*\d){11})[A-Za-z0-9._-]*$/ };

export function itemService(deps: Pick<Deps, 'db' | 'now' | 'tokens'>): requests.ItemServiceImplementation<{ caller: Caller }> {
  const today = () => localDateOf(deps.now());

  return {
    async importItems({ items }, { caller }) {
      if (items.length === 0) throw violation('items', 'required');
      if (items.length > mostItems) throw violation('items', 'too_many');
      return importItems(deps, caller, items.map((item, index) => readItem(item, `items[${index}]`)));
    },

    async getItem(request, { caller }) {
      const code = requireText(request.code, 'code', codeRule);
      const day = request.onDay === '' ? today() : readDay(request.onDay, 'on_day');
      const item = await deps.db.withTenant(caller, (tx) => getItemInForce(tx, code, day));
      return { item: itemToWire(item) };
    },

    async listItems(request, { caller }) {
      const limit = compactLimit(request.pageSize);
      const { proxyAllowedOnly } = request;
      const context = { list: 'items', tenant: caller.tenantId, day: request.onDay, proxyAllowedOnly };
      const [after = '', asked] = deps.tokens.read(request.pageToken, context) ?? [];
      // Later pages keep the first page's day, so that midnight does not change the list.
      const day = asked ?? (request.onDay === '' ? today() : readDay(request.onDay, 'on_day'));
      const found = await deps.db.withTenant(caller, (tx) => listItems(tx, { day: String(day), proxyAllowedOnly, after: String(after), limit: limit + 1 }));
      const { shown, nextPageToken } = deps.tokens.cut(found, { limit, context, at: (last) => [last.code, day] });
      return { items: shown.map(itemToWire), nextPageToken };
    },
  };
}

const units = wireEnum('LIMIT_UNIT', requests.LimitUnit, limitUnits);
const types = wireEnum('CASE_TYPE', requests.CaseType, caseTypes);

export function itemToWire(item: Item): requests.ServiceItem {
  return {
    ...item,
    caseType: types.toWire(item.caseType),
    materials: item.materials.map((material) => ({ ...material })),
    sharedDataSources: [...item.sharedDataSources],
    statutoryLimit: item.statutoryLimit === undefined ? undefined : limitToWire(item.statutoryLimit),
    promisedLimit: limitToWire(item.promisedLimit),
    effectiveTo: item.effectiveTo ?? '',
  };
}

function limitToWire({ amount, unit }: ItemLimit): requests.Limit {
  return { amount, unit: units.toWire(unit) };
}

function readItem(wire: requests.ServiceItem, at: string): NewItem {
  if (wire.materials.length > mostMaterials) throw violation(`${at}.materials`, 'too_many');
  if (wire.sharedDataSources.length > mostMaterials) throw violation(`${at}.shared_data_sources`, 'too_many');
  if (wire.promisedLimit === undefined) throw violation(`${at}.promised_limit`, 'required');
  return {
    code: requireText(wire.code, `${at}.code`, codeRule),
    nameZh: requireText(wire.nameZh, `${at}.name_zh`, { max: 100 }),
    nameMn: requireText(wire.nameMn, `${at}.name_mn`, { max: 200, optional: true }),
    caseType: types.fromWire(wire.caseType, `${at}.case_type`),
    ownerDepartmentCode: requireText(wire.ownerDepartmentCode, `${at}.owner_department_code`, codeRule),
    legalBasis: requireText(wire.legalBasis, `${at}.legal_basis`, { max: 1000 }),
    materials: wire.materials.map((material, index) => readMaterial(material, `${at}.materials[${index}]`)),
    sharedDataSources: wire.sharedDataSources.map((source, index) => requireText(source, `${at}.shared_data_sources[${index}]`, { max: 100 })),
    feeRule: requireText(wire.feeRule, `${at}.fee_rule`, { max: 1000, optional: true }),
    statutoryLimit: wire.statutoryLimit === undefined ? undefined : readLimit(wire.statutoryLimit, `${at}.statutory_limit`),
    promisedLimit: readLimit(wire.promisedLimit, `${at}.promised_limit`),
    needsInPerson: wire.needsInPerson,
    proxyAllowed: wire.proxyAllowed,
    effectiveFrom: readDay(wire.effectiveFrom, `${at}.effective_from`),
    effectiveTo: wire.effectiveTo === '' ? undefined : readDay(wire.effectiveTo, `${at}.effective_to`),
  };
}

function readMaterial(wire: requests.Material, at: string): Material {
  const form = materialForms.find((known) => known === wire.form);
  if (form === undefined) throw violation(`${at}.form`, wire.form === '' ? 'required' : 'unknown');
  const code = requireText(wire.code, `${at}.code`, codeRule);
  return { code, nameZh: requireText(wire.nameZh, `${at}.name_zh`, { max: 100 }), form, required: wire.required };
}

function readLimit(wire: requests.Limit, at: string): ItemLimit {
  const most = wire.unit === requests.LimitUnit.LIMIT_UNIT_HOURS ? 8760 : 1000;
  if (!Number.isInteger(wire.amount) || wire.amount < 1 || wire.amount > most) throw violation(`${at}.amount`, 'out_of_range');
  return { amount: wire.amount, unit: units.fromWire(wire.unit, `${at}.unit`) };
}
