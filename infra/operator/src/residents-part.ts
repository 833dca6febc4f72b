/** Tables that an export leaves out whole: a row is somebody's, and blank it would say nothing. */
export const leftOut: Readonly<Record<string, string>> = {
  decision_voters: 'who may vote and who did',
  decision_tallies: 'ballots that are not counted yet: of few voters they tell how they voted',
  sign_ups: 'how many children somebody has with them, and whose consent',
  job_applications: 'who looks for work',
};

/** What stands in an export for what is residents' in a row of the office: their ids, and what they said. */
export const blanked: Readonly<Record<string, Readonly<Record<string, '' | null>>>> = {
  // Who booked; the organisations that did are the office's contacts.
  bookings: { resident_id: '' },
  // What residents said at a meeting; its conclusion is the office's.
  deliberations: { opinions_zh: '' },
  // Words about homes, who asked to be called on, and the case that came of it.
  diary_entries: { text_zh: '', follow_up_person_id: null, linked_case_id: null },
  // Who objects, what they say, and the answer that repeats it.
  objections: { raised_by: '', text_zh: '', answer_zh: '' },
  // Whose home made way: the agreement's number leads to them as the id does.
  resettlements: { household_id: null, agreement_number: '' },
  // Who raised it and in which words; its title and its answer are public.
  topics: { resident_id: null, text_zh: '' },
  // Who complained.
  worker_complaints: { worker_id: null },
};
