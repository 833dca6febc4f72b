import { organization } from '@linli/contracts';
import { internal } from '@linli/errors';
import { z } from 'zod';
import { route, type Answer, type ApiRoute } from '../routing/route';
import { dateOf, given, id, instant, nextPageToken, optionalDay, optionalId, optionalText, page, time, timeOf } from '../wire/fields';
import { words } from '../wire/words';

const states = words('BOOKING_STATE', organization.BookingState, ['confirmed', 'waiting', 'cancelled', 'no_show']);
const holders = words('HOLDER_KIND', organization.HolderKind, ['resident', 'organisation']);
const onBooking = z.strictObject({ id });

const bookingSchema = z
  .strictObject({
    id: z.string(),
    venueId: z.string(),
    unitId: z.string(),
    unitPath: z.string(),
    startsAt: time.optional(),
    endsAt: time.optional(),
    people: z.int(),
    holderKind: holders.schema.optional(),
    residentId: z.string().optional(),
    organisationName: z.string().optional(),
    state: states.schema.optional(),
    promotedAt: time.optional().meta({ description: '由候补转为确认的时间' }),
    toldAt: time.optional().meta({ description: '已告知预约人的时间' }),
    bookedAt: time.optional(),
    version: z.int(),
  })
  .meta({ id: 'Booking' });

type BookingJson = z.input<typeof bookingSchema>;

function bookingToJson(booking: organization.Booking): BookingJson {
  const { startsAt, endsAt, holderKind, residentId, organisationName, state, promotedAt, toldAt, bookedAt, ...rest } = booking;
  return {
    ...rest,
    startsAt: timeOf(startsAt),
    endsAt: timeOf(endsAt),
    holderKind: holders.fromWire(holderKind),
    residentId: given(residentId),
    organisationName: given(organisationName),
    state: states.fromWire(state),
    promotedAt: timeOf(promotedAt),
    toldAt: timeOf(toldAt),
    bookedAt: timeOf(bookedAt),
  };
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
    method: 'get',
    path: '/v1/bookings',
    name: 'listBookings',
    summary: '预约列表，按开始时间：居民看自己的，工作人员看一处场馆的',
    tag: 'bookings',
    calls: 'organization.v1.BookingService/ListBookings',
    query: z.strictObject({ venueId: optionalId.meta({ description: '工作人员必填' }), fromDay: optionalDay.meta({ description: '该日起尚未结束的' }), ...page }),
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
    summary: '登记已告知预约人：候补已转为确认',
    tag: 'bookings',
    calls: 'organization.v1.BookingService/RecordHolderTold',
    changes: true,
    params: onBooking,
    body: z.strictObject({}),
    response: bookingSchema,
    handle: async ({ params, version }, { clients, options }) => answerBooking(await clients.bookings.recordHolderTold({ bookingId: params.id, version }, options)),
  }),
];
