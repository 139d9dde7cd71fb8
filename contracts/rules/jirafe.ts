import { book } from './book.js'

const inventory = 'Jirafe documentation, "Inventory Endpoint"'
const revised = 'Jirafe documentation, "Inventory Endpoint", revision of September 2015'
const errors = 'Jirafe documentation, "Error States"'
const authentication = 'Jirafe documentation, "Authentication"'
const batch = 'Jirafe documentation, "Batch Endpoint"'
const cost = 'Jirafe documentation, "Cost Endpoint"'
const guide = 'Jirafe documentation, "JavaScript Implementation Guide"'
const cassettes = "a public Ruby integration's test cassettes, December 2013 to May 2014"
const plugins = 'the hybris and Magento plug-ins'
const clients = 'public Perl and Python clients'
const silent = 'our reading: no public page says'
const library = 'our reading: the recorded messages are those of the Python jsonschema library of that age'

/** The rules of Jirafe's Events API. */
export const jirafe = book('jirafe', {
  'call.post': {
    says: 'An event is sent by POST.',
    evidence: 'documented',
    source: inventory,
    breach: 'decides',
  },
  'call.put': {
    says: 'PUT is taken as POST.',
    evidence: 'observed',
    source: `${plugins}, and a third plug-in of the vendor`,
    breach: 'decides',
  },
  'call.method': {
    says: 'Another method on an event is answered 405 with Allow.',
    evidence: 'assumed',
    source: silent,
    breach: 'refuse call',
  },
  'call.trailing_slash': {
    says: 'The path is taken with and without a trailing slash.',
    evidence: 'assumed',
    source: silent,
    breach: 'decides',
  },
  'call.repeated_slashes': {
    says: 'Repeated slashes in the path count as one.',
    evidence: 'assumed',
    source: silent,
    breach: 'report call',
  },
  'call.escapes': {
    says: 'A malformed percent escape in the path is answered 400.',
    evidence: 'assumed',
    source: silent,
    breach: 'refuse call',
  },
  'call.both_paths': {
    says: 'An inventory event is taken under inventory and under product.inventory.',
    evidence: 'documented',
    source: `${revised}: one revision called it product.inventory`,
    breach: 'decides',
  },
  'call.anonymous_limit': {
    says: 'Beyond anonymous_limit accounts and sites that nobody declared, a call of a further one is answered 503.',
    evidence: 'assumed',
    source: 'a limit of this emulator, not of the vendor',
    breach: 'decides',
  },
  'call.type': {
    says: 'The last segment of the path is an event type; another is answered 400 invalid_type.',
    evidence: 'documented',
    source: errors,
    breach: 'refuse call',
  },
  'call.query': {
    says: 'An event has no query; one is ignored.',
    evidence: 'assumed',
    source: silent,
    breach: 'report call',
  },
  'call.check_order': {
    says: 'A call is checked for path, token, site, type, method, size, UTF-8 and JSON, then against its schema.',
    evidence: 'assumed',
    source: silent,
    breach: 'decides',
  },

  'auth.token': {
    says: 'A call carries "Authorization: Bearer" and the token; a malformed or unknown one is 403 invalid_token, never 401.',
    evidence: 'documented',
    source: `${authentication}; ${errors}`,
    breach: 'refuse call',
  },
  'auth.missing': {
    says: 'A call without a token is answered as one with a malformed token.',
    evidence: 'assumed',
    source: silent,
    breach: 'refuse call',
  },
  'auth.form': {
    says: 'The scheme is in any case, one blank or more follow it, and the token is visible ASCII.',
    evidence: 'assumed',
    source: silent,
    breach: 'decides',
  },
  'auth.site': {
    says: 'A token that is known, but not for this site, is answered 403 authorization.',
    evidence: 'documented',
    source: errors,
    breach: 'refuse call',
  },

  'format.content_type': {
    says: 'A Content-Type is application/json or absent; the body is read as JSON whatever it says.',
    evidence: 'observed',
    source: `${clients}: two send none, one a form type`,
    breach: 'report call',
  },
  'format.codings': {
    says: 'A body is plain or coded by gzip, deflate or br, at most two of them; anything else is answered 415.',
    evidence: 'assumed',
    source: silent,
    breach: 'refuse call',
  },
  'format.coded_body': {
    says: 'A body is coded as its Content-Encoding says.',
    evidence: 'assumed',
    source: silent,
    breach: 'refuse call',
  },
  'format.size': {
    says: 'A body of a single event has at most 10 MB, 10,485,760 bytes, after inflating.',
    evidence: 'assumed',
    source: 'our reading of the documented limit for batches',
    breach: 'refuse call',
  },
  'format.batch_size': {
    says: 'A batch has at most 10 MB, 10,485,760 bytes, after inflating; a greater one is answered 413.',
    evidence: 'documented',
    source: batch,
    breach: 'refuse call',
  },
  'format.utf8': {
    says: 'A body is UTF-8; otherwise it is 400 bad_json.',
    evidence: 'assumed',
    source: silent,
    breach: 'refuse call',
  },
  'format.bom': {
    says: 'A body begins without a byte order mark; one is dropped.',
    evidence: 'assumed',
    source: silent,
    breach: 'report call',
  },
  'format.json': {
    says: 'A body that is not JSON is answered 400 bad_json.',
    evidence: 'documented',
    source: errors,
    breach: 'refuse call',
  },
  'format.depth': {
    says: 'A body has at most 64 levels of nesting.',
    evidence: 'assumed',
    source: silent,
    breach: 'refuse call',
  },

  'event.schema': {
    says: 'A document that breaks the schema of its type is 400 validation, with a message for each path.',
    evidence: 'recorded',
    source: cassettes,
    breach: 'refuse item',
  },
  'event.messages': {
    says: 'A message has the wording of the Python jsonschema library, one for each path.',
    evidence: 'recorded',
    source: cassettes,
    breach: 'decides',
  },
  'event.wordings': {
    says: 'Wordings that no recording shows are those of the same library.',
    evidence: 'assumed',
    source: library,
    breach: 'decides',
  },
  'event.bare_path': {
    says: 'A message about a field of the document is filed under the bare name of the field.',
    evidence: 'recorded',
    source: cassettes,
    breach: 'decides',
  },
  'event.nested_path': {
    says: 'A message about a nested value is filed under its way, joined by dots, list positions as numbers.',
    evidence: 'assumed',
    source: library,
    breach: 'decides',
  },
  'event.empty_path': {
    says: 'A message about the document itself, such as one that is no object, is filed under an empty name.',
    evidence: 'assumed',
    source: silent,
    breach: 'decides',
  },
  'event.missing': {
    says: 'A missing field is told under its own name.',
    evidence: 'assumed',
    source: silent,
    breach: 'decides',
  },
  'event.precedence': {
    says: 'Where a value breaks several keywords the first of type, enum, minLength, minimum, maximum, uniqueItems is told.',
    evidence: 'assumed',
    source: silent,
    breach: 'decides',
  },
  'event.repr': {
    says: 'Values in messages are spelled as by the repr of Python 3, dictionaries in the order of the document.',
    evidence: 'assumed',
    source: library,
    breach: 'decides',
  },
  'event.float_integers': {
    says: 'An integer is written without a decimal point or exponent: 5.0 and 1e2 are none.',
    evidence: 'assumed',
    source: library,
    breach: 'refuse item',
  },
  'event.formats': {
    says: 'A date is ISO 8601; the vendor did not check it.',
    evidence: 'recorded',
    source: cassettes,
    breach: 'report item',
  },
  'event.undeclared': {
    says: 'A document has the declared fields; others were accepted.',
    evidence: 'recorded',
    source: cassettes,
    breach: 'report item',
  },
  'event.repeated': {
    says: 'A document has each name once; of several the last counts.',
    evidence: 'assumed',
    source: silent,
    breach: 'report item',
  },
  'event.message_limit': {
    says: 'One call is told at most 100,000 messages beside the first of each refused event.',
    evidence: 'assumed',
    source: 'a limit of this emulator, not of the vendor',
    breach: 'decides',
  },

  'order.by_status': {
    says: 'The schema of an order is chosen by its status.',
    evidence: 'recorded',
    source: cassettes,
    breach: 'decides',
  },
  'order.status': {
    says: 'The status of an order is placed, accepted or cancelled; another or none is told under status.',
    evidence: 'assumed',
    source: silent,
    breach: 'decides',
  },

  'cost.year': {
    says: 'There is one cost for each site, SKU and year of effective_date.',
    evidence: 'documented',
    source: cost,
    breach: 'decides',
  },
  'cost.latest_change': {
    says: 'The cost with the greatest change_date counts, whatever the order of arrival; an older event changes nothing.',
    evidence: 'documented',
    source: cost,
    breach: 'decides',
  },
  'cost.tie': {
    says: 'Of two costs of the same instant the last received counts.',
    evidence: 'assumed',
    source: silent,
    breach: 'decides',
  },

  'batch.shape': {
    says: 'A batch is an object of lists, keyed by type.',
    evidence: 'documented',
    source: batch,
    breach: 'refuse call',
  },
  'batch.refused': {
    says: 'A batch of another shape is answered 400 validation, with a message for each part that is none.',
    evidence: 'assumed',
    source: silent,
    breach: 'decides',
  },
  'batch.inventory_key': {
    says: 'In a batch an inventory event stands under product.inventory.',
    evidence: 'documented',
    source: `${revised}; ${batch}`,
    breach: 'decides',
  },
  'batch.inventory_alias': {
    says: 'In a batch no events stand under inventory; they are taken as those of product.inventory.',
    evidence: 'assumed',
    source: silent,
    breach: 'report call',
  },
  'batch.repeated_key': {
    says: 'A batch has each key once; of several the last counts.',
    evidence: 'assumed',
    source: silent,
    breach: 'report call',
  },
  'batch.unknown_key': {
    says: 'A key of a batch is an event type; each event under another is answered invalid_type.',
    evidence: 'assumed',
    source: silent,
    breach: 'refuse item',
  },
  'batch.reply': {
    says: 'The reply to a batch has its keys, sorted, each a list with one reply for each event, in their order.',
    evidence: 'recorded',
    source: cassettes,
    breach: 'decides',
  },
  'batch.always_200': {
    says: 'A batch is answered 200 without a success of its own, also when events failed.',
    evidence: 'recorded',
    source: cassettes,
    breach: 'decides',
  },
  'batch.independent': {
    says: 'Good events of a batch count although others fail.',
    evidence: 'recorded',
    source: cassettes,
    breach: 'decides',
  },
  'batch.order': {
    says: 'The events of a batch take effect in the order of the document.',
    evidence: 'assumed',
    source: silent,
    breach: 'decides',
  },
  'batch.event_limit': {
    says: 'A batch has at most 100,000 events.',
    evidence: 'assumed',
    source: 'a limit of this emulator, not of the vendor',
    breach: 'refuse call',
  },

  'site_check.answer': {
    says: 'site_check is answered {"success": true}, by POST with an empty body or {} and by GET with any query.',
    evidence: 'observed',
    source: clients,
    breach: 'decides',
  },
  'site_check.body': {
    says: 'A site_check has no body but {}; another is ignored.',
    evidence: 'assumed',
    source: silent,
    breach: 'report call',
  },

  'tracker.post': {
    says: 'A tracker is sent by POST to /v2/tracker/pageview or /v2/tracker/visit, and its document names the site.',
    evidence: 'documented',
    source: guide,
    breach: 'decides',
  },
  'tracker.token': {
    says: 'A tracker needs no token.',
    evidence: 'assumed',
    source: 'our reading: it is sent by browsers, which keep no secret',
    breach: 'decides',
  },
  'tracker.gif': {
    says: 'GET of a tracker with .gif is answered by a transparent GIF of one pixel.',
    evidence: 'documented',
    source: guide,
    breach: 'decides',
  },
  'tracker.gif_query': {
    says: 'The query of a tracker with .gif is not judged.',
    evidence: 'assumed',
    source: silent,
    breach: 'decides',
  },

  'inventory.revisions': {
    says: 'Both published schemas are taken; sku_code, change_date or effective_date tells the second.',
    evidence: 'assumed',
    source: `our reading of ${inventory} and ${revised}`,
    breach: 'decides',
  },
  'inventory.absolute': {
    says: 'The level is absolute and cumulative over channels; it is not a change.',
    evidence: 'documented',
    source: inventory,
    breach: 'decides',
  },
  'inventory.latest_received': {
    says: 'First revision: the last level received counts.',
    evidence: 'documented',
    source: inventory,
    breach: 'decides',
  },
  'inventory.older_timestamp': {
    says: 'First revision: an event is not older than the stored level; an older one counts all the same.',
    evidence: 'assumed',
    source: silent,
    breach: 'report item',
  },
  'inventory.latest_timestamp': {
    says: 'First revision: the greatest timestamp counts (in force with latest_by=timestamp).',
    evidence: 'assumed',
    source: silent,
    breach: 'decides',
  },
  'inventory.latest_change': {
    says: 'Second revision: the greatest change_date counts, whatever the order of arrival; an older event changes nothing.',
    evidence: 'documented',
    source: revised,
    breach: 'decides',
  },
  'inventory.tie': {
    says: 'Of two events of the same instant the last received counts.',
    evidence: 'assumed',
    source: silent,
    breach: 'decides',
  },
  'inventory.effective_date': {
    says: 'Second revision: there is one level for each site, SKU and effective_date.',
    evidence: 'documented',
    source: revised,
    breach: 'decides',
  },
  'inventory.instants': {
    says: 'Dates compare as instants; no offset is UTC, and one that cannot be read is older than any that can.',
    evidence: 'assumed',
    source: silent,
    breach: 'decides',
  },
  'inventory.apart': {
    says: 'The two revisions keep separate levels, also for one code.',
    evidence: 'assumed',
    source: silent,
    breach: 'decides',
  },
  'inventory.zero': {
    says: 'Zero is stored; null and blank are never taken for zero.',
    evidence: 'documented',
    source: inventory,
    breach: 'decides',
  },
  'inventory.negative': {
    says: 'A negative level is legal.',
    evidence: 'documented',
    source: `${revised}: its example sends -1`,
    breach: 'decides',
  },
  'inventory.exact': {
    says: 'A level lies between -9007199254740992 and 9007199254740992; a greater one is stored exactly all the same.',
    evidence: 'assumed',
    source: silent,
    breach: 'report item',
  },
  'inventory.one_level': {
    says: 'There is one level for each product code.',
    evidence: 'documented',
    source: inventory,
    breach: 'decides',
  },
  'inventory.sites': {
    says: 'Sites never see the levels of each other.',
    evidence: 'documented',
    source: inventory,
    breach: 'decides',
  },

  'reply.layout': {
    says: 'Replies are JSON with two blanks of indent and sorted keys, without a newline at the end and without a charset.',
    evidence: 'recorded',
    source: cassettes,
    breach: 'decides',
  },
  'reply.comma': {
    says: 'From February 2014 on a comma is followed by one blank and the line end, before that by the line end alone.',
    evidence: 'recorded',
    source: cassettes,
    breach: 'decides',
  },
  'reply.ascii': {
    says: 'Characters beyond ASCII are escaped as \\uXXXX.',
    evidence: 'assumed',
    source: library,
    breach: 'decides',
  },
  'reply.accepted': {
    says: 'An accepted event is answered 200 {"success": true}.',
    evidence: 'recorded',
    source: cassettes,
    breach: 'decides',
  },
  'reply.unknown': {
    says: 'A fault inside, or a change that cannot be stored, is answered 503 unknown with a message.',
    evidence: 'documented',
    source: errors,
    breach: 'decides',
  },
  'reply.unknown_message': {
    says: 'What an unknown error says stands under message.',
    evidence: 'assumed',
    source: silent,
    breach: 'decides',
  },
  'reply.no_seventh': {
    says: 'What the vendor has no error type for (405, 413, 415) is told as unknown with a message.',
    evidence: 'assumed',
    source: silent,
    breach: 'decides',
  },
  'conduct.single_calls': {
    says: 'Many events are sent in one batch, not one by one.',
    evidence: 'assumed',
    source: `our reading of ${batch}`,
    breach: 'conduct',
  },
  'conduct.same_level': {
    says: 'A level that has not changed is not sent again and again.',
    evidence: 'assumed',
    source: silent,
    breach: 'conduct',
  },
  'conduct.lost_reply': {
    says: 'The events of a call whose reply was lost are sent again.',
    evidence: 'assumed',
    source: `our reading of ${inventory}: a level is absolute, so sent once more it changes nothing`,
    breach: 'conduct',
  },
  'conduct.retry_payload': {
    says: 'What is sent again after a lost reply says the same.',
    evidence: 'assumed',
    source: `our reading of ${inventory}: a level is absolute and not a change`,
    breach: 'conduct',
  },
  'conduct.stale_retry': {
    says: 'A lost event is not sent again behind a newer level of the same code.',
    evidence: 'assumed',
    source: `our reading of ${inventory}: the level received last counts`,
    breach: 'conduct',
  },
  'conduct.refused_items': {
    says: 'An event that was refused is sent again, or asked about.',
    evidence: 'assumed',
    source: silent,
    breach: 'conduct',
  },
  'conduct.token_in_url': {
    says: 'The token stands in the Authorization header and not in the URL.',
    evidence: 'assumed',
    source: silent,
    breach: 'conduct',
  },
  'conduct.types_change': {
    says: 'A field has the same JSON type in all calls.',
    evidence: 'documented',
    source: 'Jirafe JSON schemas v2: each field has one type',
    breach: 'conduct',
  },
})
