import { organization } from '@linli/contracts';
import { internal } from '@linli/errors';
import { z } from 'zod';
import { route, type Answer, type ApiRoute } from '../routing/route';
import { count, dateOf, given, id, instant, nextPageToken, optionalDay, optionalId, optionalText, page, time, timeOf } from '../wire/fields';
import { words } from '../wire/words';

const states = words('BOOKING_STATE', organization.BookingState, ['confirmed', 'waiting', 'cancelled', 'no_show']);
const holders = words('HOLDER_KIND', organization.HolderKind, ['resident', 'organisation']);
const purposes = words('CONSENT_PURPOSE', organization.ConsentPurpose, ['participation']);
const people = count(1_000).default(0);
const onBooking = z.strictObject({ id });

const signUpSchema = z
  .strictObject({
    adults: z.int(),
    from14To17: z.int(),
    under14: z.int(),
    consentPurpose: purposes.schema.optional(),
    consentGivenAt: time.optional(),
    consentWithdrawnAt: time.optional(),
  })
  .meta({ id: 'SignUp', description: '各年龄的人数；不记未成年人的姓名和生日' });

const bookingSchema = z
  .strictObject({
    id: z.string(),
    venueId: z.string().optional(),
    activityId: z.string().optional(),
    unitId: z.string(),
    unitPath: z.string(),
    startsAt: time.optional(),
    endsAt: time.optional(),
    people: z.int(),
    holderKind: holders.schema.optional(),
    residentId: z.string().optional(),
    holderErased: z.boolean().meta({ description: '预约人已到期删除' }),
    organisationName: z.string().optional(),
    state: states.schema.optional(),
    signUp: signUpSchema.optional(),
    promotedAt: time.optional().meta({ description: '由候补转为确认的时间' }),
    calledOffAt: time.optional().meta({ description: '由社区取消的时间' }),
    toldAt: time.optional().meta({ description: '已告知预约人的时间' }),
    bookedAt: time.optional(),
    version: z.int(),
  })
  .meta({ id: 'Booking' });

type BookingJson = z.input<typeof bookingSchema>;

function bookingToJson(booking: organization.Booking): BookingJson {
  const { venueId, activityId, startsAt, endsAt, holderKind, residentId, organisationName, state, signUp, promotedAt, calledOffAt, toldAt, bookedAt, ...rest } = booking;
  return {
    ...rest,
    venueId: given(venueId),
    activityId: given(activityId),
    signUp: signUp && signUpToJson(signUp),
    startsAt: timeOf(startsAt),
    endsAt: timeOf(endsAt),
    holderKind: holders.fromWire(holderKind),
    residentId: given(residentId),
    organisationName: given(organisationName),
    state: states.fromWire(state),
    promotedAt: timeOf(promotedAt),
    calledOffAt: timeOf(calledOffAt),
    toldAt: timeOf(toldAt),
    bookedAt: timeOf(bookedAt),
  };
}

function signUpToJson({ consentPurpose, consentGivenAt, consentWithdrawnAt, ...counts }: organization.SignUp): z.input<typeof signUpSchema> {
  return { ...counts, consentPurpose: purposes.fromWire(consentPurpose), consentGivenAt: timeOf(consentGivenAt), consentWithdrawnAt: timeOf(consentWithdrawnAt) };
}

function answerBooking({ booking }: { booking: organization.Booking | undefined }): Answer<BookingJson> {
  if (booking === undefined) throw internal('ANSWER_EMPTY', 'a service answered without its message');
  return { body: bookingToJson(booking), version: booking.version, location: `/v1/bookings/${booking.id}` };
}

export const bookingRoutes: readonly ApiRoute[] = [
  route({
    method: 'post',
    path: '/v1/bookings',
    name: 'createBooking',
    summary: '预约场馆：居民为自己，或由工作人员为单位、社会组织预约',
    tag: 'bookings',
    calls: 'organization.v1.BookingService/CreateBooking',
    creates: true,
    body: z.strictObject({
      venueId: id,
      startsAt: instant,
      endsAt: instant,
      people: z.int().min(1).max(5_000),
      organisationName: optionalText(100).meta({ description: '由工作人员预约时填写' }),
      waitIfFull: z.boolean().default(false).meta({ description: '已满时进入候补' }),
    }),
    response: bookingSchema,
    handle: async ({ body: { startsAt, endsAt, ...rest }, requestId }, { clients, options }) =>
      answerBooking(await clients.bookings.createBooking({ ...rest, startsAt: dateOf(startsAt), endsAt: dateOf(endsAt), requestId }, options)),
  }),
  route({
    method: 'post',
    path: '/v1/sign-ups',
    name: 'createSignUp',
    summary: '报名活动：居民为自己和子女，或由工作人员为单位、社会组织报名',
    tag: 'bookings',
    calls: 'organization.v1.BookingService/CreateSignUp',
    creates: true,
    body: z.strictObject({
      activityId: id,
      adults: people,
      from14To17: people.meta({ description: '14 至 17 周岁的人数' }),
      under14: people.meta({ description: '未满 14 周岁的人数，由监护人报名' }),
      guardianConsents: z.boolean().default(false).meta({ description: '监护人同意未满 14 周岁的子女参加本次活动；可随时撤回' }),
      organisationName: optionalText(100).meta({ description: '由工作人员报名时填写' }),
      waitIfFull: z.boolean().default(false).meta({ description: '已满时进入候补' }),
    }),
    response: bookingSchema,
    handle: async ({ body, requestId }, { clients, options }) => answerBooking(await clients.bookings.createSignUp({ ...body, requestId }, options)),
  }),
  route({
    method: 'post',
    path: '/v1/bookings/{id}:withdrawConsent',
    name: 'withdrawConsent',
    summary: '撤回监护人同意：报名随之取消',
    tag: 'bookings',
    calls: 'organization.v1.BookingService/WithdrawConsent',
    changes: true,
    params: onBooking,
    body: z.strictObject({}),
    response: bookingSchema,
    handle: async ({ params, version }, { clients, options }) => answerBooking(await clients.bookings.withdrawConsent({ bookingId: params.id, version }, options)),
  }),
  route({
    method: 'get',
    path: '/v1/bookings',
    name: 'listBookings',
    summary: '预约与报名列表，按开始时间：居民看自己的，工作人员看一处场馆或一项活动的',
    tag: 'bookings',
    calls: 'organization.v1.BookingService/ListBookings',
    query: z.strictObject({ venueId: optionalId.meta({ description: '工作人员须填场馆或活动之一' }), activityId: optionalId, fromDay: optionalDay.meta({ description: '该日起尚未结束的' }), ...page }),
    response: z.strictObject({ bookings: z.array(bookingSchema), nextPageToken }),
    handle: async ({ query }, { clients, options }) => {
      const found = await clients.bookings.listBookings(query, options);
      return { body: { bookings: found.bookings.map(bookingToJson), nextPageToken: found.nextPageToken } };
    },
  }),
  route({
    method: 'get',
    path: '/v1/bookings/{id}',
    name: 'getBooking',
    summary: '一项预约',
    tag: 'bookings',
    calls: 'organization.v1.BookingService/GetBooking',
    params: onBooking,
    response: bookingSchema,
    handle: async ({ params }, { clients, options }) => answerBooking(await clients.bookings.getBooking({ bookingId: params.id }, options)),
  }),
  route({
    method: 'post',
    path: '/v1/bookings/{id}:cancel',
    name: 'cancelBooking',
    summary: '取消预约；候补的依次递补',
    tag: 'bookings',
    calls: 'organization.v1.BookingService/CancelBooking',
    changes: true,
    params: onBooking,
    body: z.strictObject({}),
    response: bookingSchema,
    handle: async ({ params, version }, { clients, options }) => answerBooking(await clients.bookings.cancelBooking({ bookingId: params.id, version }, options)),
  }),
  route({
    method: 'post',
    path: '/v1/bookings/{id}:recordNoShow',
    name: 'recordNoShow',
    summary: '登记未到场',
    tag: 'bookings',
    calls: 'organization.v1.BookingService/RecordNoShow',
    changes: true,
    params: onBooking,
    body: z.strictObject({}),
    response: bookingSchema,
    handle: async ({ params, version }, { clients, options }) => answerBooking(await clients.bookings.recordNoShow({ bookingId: params.id, version }, options)),
  }),
  route({
    method: 'post',
    path: '/v1/bookings/{id}:recordHolderTold',
    name: 'recordHolderTold',
    summary: '登记已告知预约人：候补已转为确认，或已由社区取消',
    tag: 'bookings',
    calls: 'organization.v1.BookingService/RecordHolderTold',
    changes: true,
    params: onBooking,
    body: z.strictObject({}),
    response: bookingSchema,
    handle: async ({ params, version }, { clients, options }) => answerBooking(await clients.bookings.recordHolderTold({ bookingId: params.id, version }, options)),
  }),
];
