import { organization } from '@linli/contracts';
import { wireEnum } from '@linli/grpc';
import { diaryActions, diaryNeeds, type DiaryEntry } from './diary-entry';

export const needOnWire = wireEnum('DIARY_NEED', organization.DiaryNeed, diaryNeeds);
export const actionOnWire = wireEnum('DIARY_ACTION', organization.DiaryAction, diaryActions);

export function entryToWire(entry: DiaryEntry): organization.DiaryEntry {
  const { needs, action, followUpAsked: _asked, followUpPersonId = '', linkedNeedId = '', linkedCaseId = '', ...rest } = entry;
  return { ...rest, needs: needs.map((need) => needOnWire.toWire(need)), action: actionOnWire.toWire(action), followUpPersonId, linkedNeedId, linkedCaseId };
}
