import { localDateOf, type LocalDate } from '@linli/clocks';
import { organization } from '@linli/contracts';
import { wireEnum } from '@linli/grpc';
import { absencesAhead, postLeads, standingPosts, type Absence, type Post, type PostLead, type Staff } from './staff';

export const leadOnWire = wireEnum('POST_LEAD', organization.PostLead, postLeads);

export function staffToWire(staff: Staff, now: Date): organization.Staff {
  return {
    id: staff.id,
    code: staff.code,
    name: staff.name,
    workPhone: staff.workPhone,
    active: staff.active,
    posts: staff.posts.map((post) => postToWire(staff.id, post)),
    partnerId: staff.partnerId ?? '',
    absences: absencesAhead(staff, now).map(absenceToWire),
    version: staff.version,
  };
}

/** The working state as events carry it: ids, times, and the posts and absences that are not over on the day. */
export function stateOf(staff: Staff, day: LocalDate): organization.StaffState {
  return organization.StaffState.fromPartial({
    staffId: staff.id,
    active: staff.active,
    partnerId: staff.partnerId ?? '',
    absences: staff.absences.filter(({ until }) => until === undefined || localDateOf(until) >= day).map(absenceToWire),
    posts: standingPosts(staff, day).map((post) => ({
      postId: post.id,
      unitId: post.unitId,
      unitPath: post.unitPath,
      primary: post.primary,
      lead: leadToWire(post.lead),
      validFrom: post.validFrom,
      validTo: post.validTo ?? '',
    })),
  });
}

function absenceToWire({ standInId = '', ...absence }: Absence): organization.Absence {
  return { ...absence, standInId };
}

function postToWire(staffId: string, post: Post): organization.Post {
  return { ...post, staffId, validTo: post.validTo ?? '', lead: leadToWire(post.lead) };
}

function leadToWire(lead: PostLead | undefined): organization.PostLead {
  return lead === undefined ? organization.PostLead.POST_LEAD_UNSPECIFIED : leadOnWire.toWire(lead);
}
