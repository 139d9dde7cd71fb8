import { book } from './book.js'

/** The vendor's pages, by the names under which its public API documentation lists them. */
const bulk = 'JOOR API documentation, "Style Inventory: bulk request"'
const introduction = 'JOOR API documentation, "Style Inventory: introduction"'
const individual = 'JOOR API documentation, "Style Inventory: individual request"'
const conventions = 'JOOR API documentation, "Definitions and conventions"'
const styles = 'JOOR API documentation, "Create styles"'
const guide = 'JOOR Pro Brand user guide, chapter 4'
const files = 'JOOR help centre, articles on inventory files'
const clients = 'public JavaScript and Python integrations'
const silent = 'our reading: no public page says'
const contradictory = 'our reading: the public pages contradict each other'

/** The rules of JOOR's inventory calls. */
export const joor = book('joor', {
  'call.post_and_put': {
    says: 'POST and PUT on /v2/bulk-inventory are the same operation.',
    evidence: 'documented',
    source: bulk,
    breach: 'decides',
  },
  'call.trailing_slash': {
    says: 'The path is taken with and without a trailing slash.',
    evidence: 'documented',
    source: `${bulk}: its examples have both`,
    breach: 'decides',
  },
  'call.repeated_slashes': {
    says: 'Repeated slashes in the path count as one.',
    evidence: 'assumed',
    source: silent,
    breach: 'report call',
  },
  'call.method': {
    says: 'A method other than POST and PUT is answered 405 with Allow.',
    evidence: 'assumed',
    source: silent,
    breach: 'refuse call',
  },
  'call.emulated': {
    says: 'Of JOOR only the v2 inventory calls are emulated; its other paths answer a 404 problem.',
    evidence: 'assumed',
    source: 'a limit of this emulator, not of the vendor',
    breach: 'refuse call',
  },
  'call.anonymous_limit': {
    says: 'Beyond anonymous_limit accounts and sites that nobody declared, a call of a further one is answered 503.',
    evidence: 'assumed',
    source: 'a limit of this emulator, not of the vendor',
    breach: 'decides',
  },
  'call.order': {
    says: 'Items take effect in the order in which they were sent.',
    evidence: 'assumed',
    source: silent,
    breach: 'decides',
  },
  'call.check_order': {
    says: 'A call is checked for path, method, declared size, token, Content-Type and Content-Encoding, size, then body.',
    evidence: 'assumed',
    source: silent,
    breach: 'decides',
  },

  'auth.required': {
    says: 'A call carries "Authorization: OAuth2" and the Base64 of the account\'s token.',
    evidence: 'documented',
    source: bulk,
    breach: 'refuse call',
  },
  'auth.refusal': {
    says: 'A call without a usable token is answered 401 with WWW-Authenticate: OAuth2.',
    evidence: 'assumed',
    source: silent,
    breach: 'decides',
  },
  'auth.account': {
    says: 'The token is the account: each account has one static token, issued by hand.',
    evidence: 'documented',
    source: conventions,
    breach: 'decides',
  },
  'auth.token_alone': {
    says: 'What is Base64-encoded is the token alone, without a user part.',
    evidence: 'observed',
    source: clients,
    breach: 'decides',
  },
  'auth.scheme_case': {
    says: 'The scheme is matched without regard to case.',
    evidence: 'assumed',
    source: silent,
    breach: 'decides',
  },
  'auth.bearer': {
    says: 'The scheme Bearer with a Base64 token is taken as OAuth2.',
    evidence: 'observed',
    source: clients,
    breach: 'report call',
  },
  'auth.printable': {
    says: 'The decoded token is printable ASCII; other bytes look like the token itself, not its Base64.',
    evidence: 'assumed',
    source: silent,
    breach: 'report call',
  },
  'auth.line_feed': {
    says: 'The decoded token does not end in a line feed.',
    evidence: 'assumed',
    source: silent,
    breach: 'report call',
  },
  'auth.known': {
    says: 'Where tokens are enforced, a token that no declared account has is answered 401.',
    evidence: 'assumed',
    source: silent,
    breach: 'refuse call',
  },

  'format.content_type': {
    says: 'Content-Type is application/xml or application/json; a call without it is not processed.',
    evidence: 'documented',
    source: conventions,
    breach: 'refuse call',
  },
  'format.unsupported': {
    says: 'A call with no or another Content-Type is answered 415.',
    evidence: 'assumed',
    source: silent,
    breach: 'decides',
  },
  'format.charset': {
    says: 'Parameters of the Content-Type, such as charset, are taken.',
    evidence: 'assumed',
    source: silent,
    breach: 'decides',
  },
  'format.text_types': {
    says: 'Content-Type text/xml and text/json stand for application/xml and application/json.',
    evidence: 'assumed',
    source: silent,
    breach: 'report call',
  },
  'format.reply': {
    says: "The reply's format is that of return_format or of Accept, else the request's own, and may differ from it.",
    evidence: 'documented',
    source: conventions,
    breach: 'decides',
  },
  'format.return_format': {
    says: 'return_format wins over Accept.',
    evidence: 'assumed',
    source: silent,
    breach: 'decides',
  },
  'format.return_format_value': {
    says: "return_format is xml or json; another value leaves the request's own format.",
    evidence: 'assumed',
    source: silent,
    breach: 'report call',
  },
  'format.weights': {
    says: "The weights of Accept count, and a tie means the request's own format.",
    evidence: 'assumed',
    source: silent,
    breach: 'decides',
  },
  'format.acceptable': {
    says: "Accept names application/xml or application/json; otherwise the reply has the request's own format.",
    evidence: 'assumed',
    source: silent,
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
  'format.utf8': {
    says: 'A body is UTF-8.',
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
  'format.size': {
    says: 'A body has at most 20 MB, 20,971,520 bytes, before and after inflating.',
    evidence: 'assumed',
    source: `our reading of the limit for file uploads: ${files}`,
    breach: 'refuse call',
  },

  'query.overwrite': {
    says: 'overwrite=1 replaces what is stored by the values of the call; overwrite=0 or none does not.',
    evidence: 'documented',
    source: bulk,
    breach: 'decides',
  },
  'query.overwrite_value': {
    says: 'overwrite is 0 or 1; anything else leaves it off.',
    evidence: 'assumed',
    source: silent,
    breach: 'report call',
  },
  'query.dec_pending': {
    says: 'dec_pending=1 deducts pending quantities; without it the default is 0.',
    evidence: 'documented',
    source: bulk,
    breach: 'decides',
  },
  'query.dec_pending_value': {
    says: 'dec_pending is 0 or 1; anything else counts as 0.',
    evidence: 'assumed',
    source: silent,
    breach: 'report call',
  },
  'query.both': {
    says: 'With overwrite and dec_pending, stock is cleared and each listed position is set to incoming less pending.',
    evidence: 'assumed',
    source: silent,
    breach: 'decides',
  },
  'query.repeated': {
    says: 'A query parameter is given once; of several the last counts.',
    evidence: 'assumed',
    source: silent,
    breach: 'report call',
  },
  'query.unknown': {
    says: 'The query holds overwrite, dec_pending and return_format, spelled so; anything else is ignored.',
    evidence: 'assumed',
    source: silent,
    breach: 'report call',
  },

  'body.well_formed': {
    says: 'A body is well-formed JSON or XML.',
    evidence: 'documented',
    source: conventions,
    breach: 'refuse call',
  },
  'body.depth': {
    says: 'A body has at most 64 levels of nesting.',
    evidence: 'assumed',
    source: silent,
    breach: 'refuse call',
  },
  'body.json_root': {
    says: 'A JSON body is {"inventory_items": [{…}, …]}, without an inventory_item level.',
    evidence: 'documented',
    source: bulk,
    breach: 'refuse call',
  },
  'body.json_root_only': {
    says: 'A JSON body has inventory_items once and nothing beside it; the last one counts, the rest is ignored.',
    evidence: 'assumed',
    source: silent,
    breach: 'report call',
  },
  'body.xml_root': {
    says: 'An XML body is one inventory_items element with inventory_item elements in it.',
    evidence: 'documented',
    source: bulk,
    breach: 'refuse call',
  },
  'body.items': {
    says: 'A call has one item or more.',
    evidence: 'documented',
    source: bulk,
    breach: 'refuse call',
  },
  'body.item_limit': {
    says: 'A call has at most 100,000 items.',
    evidence: 'assumed',
    source: silent,
    breach: 'refuse call',
  },
  'xml.doctype': {
    says: 'An XML body has no DOCTYPE and no entities of its own.',
    evidence: 'assumed',
    source: silent,
    breach: 'refuse call',
  },
  'xml.version': {
    says: 'An XML body is of version 1.0.',
    evidence: 'assumed',
    source: silent,
    breach: 'refuse call',
  },
  'xml.encoding': {
    says: 'The XML declaration names UTF-8 or nothing; the bytes are read as UTF-8 whatever it names.',
    evidence: 'assumed',
    source: silent,
    breach: 'report call',
  },
  'xml.dropped': {
    says: 'CDATA is text; comments and processing instructions are allowed and dropped.',
    evidence: 'assumed',
    source: silent,
    breach: 'decides',
  },
  'xml.root_plain': {
    says: 'The root has no attributes and no prefix, and nothing in it but items; such additions are ignored.',
    evidence: 'assumed',
    source: silent,
    breach: 'report call',
  },
  'xml.item_plain': {
    says: 'An item and its fields have no attributes and no prefix; they are ignored, and names match without prefix.',
    evidence: 'assumed',
    source: silent,
    breach: 'report item',
  },
  'xml.stray_text': {
    says: 'Text stands in the fields of an item; text beside them is ignored.',
    evidence: 'assumed',
    source: silent,
    breach: 'report item',
  },

  'item.object': {
    says: 'An element of inventory_items is an object.',
    evidence: 'assumed',
    source: silent,
    breach: 'refuse item',
  },
  'item.scalar': {
    says: 'A known field holds a plain value: no object, list or child element.',
    evidence: 'assumed',
    source: silent,
    breach: 'refuse item',
  },
  'item.empty': {
    says: 'A field that is sent has a value; an empty one counts as absent.',
    evidence: 'assumed',
    source: silent,
    breach: 'report item',
  },
  'item.space': {
    says: 'White space around a value is kept in the echo and dropped for matching.',
    evidence: 'assumed',
    source: silent,
    breach: 'decides',
  },
  'item.string_type': {
    says: 'A string field holds a JSON string; a number or boolean is read by its literal.',
    evidence: 'assumed',
    source: silent,
    breach: 'report item',
  },
  'item.integer_type': {
    says: 'An integer field holds a JSON number; a numeric string is read as one.',
    evidence: 'assumed',
    source: silent,
    breach: 'report item',
  },
  'item.repeated_json': {
    says: 'A JSON item has each name once; of several the last counts.',
    evidence: 'assumed',
    source: silent,
    breach: 'report item',
  },
  'item.repeated_xml': {
    says: 'An XML item has each field once.',
    evidence: 'assumed',
    source: silent,
    breach: 'refuse item',
  },
  'item.known_fields': {
    says: 'An item has the documented fields, spelled so; anything else is ignored.',
    evidence: 'assumed',
    source: silent,
    breach: 'report item',
  },

  'warehouse.missing': {
    says: 'An item without a warehouse goes to the warehouse Default.',
    evidence: 'assumed',
    source: `${contradictory}: required in "bulk request", optional in "introduction"`,
    breach: 'report item',
  },
  'warehouse.required': {
    says: 'An item names its warehouse (in force with missing_warehouse=refuse).',
    evidence: 'documented',
    source: bulk,
    breach: 'refuse item',
  },
  'warehouse.default': {
    says: 'The warehouse Default exists in every account, listed or not.',
    evidence: 'documented',
    source: `${introduction}; ${guide}`,
    breach: 'decides',
  },
  'warehouse.exact': {
    says: 'A warehouse is named by its exact name.',
    evidence: 'assumed',
    source: silent,
    breach: 'decides',
  },
  'warehouse.known': {
    says: 'Where the account has a list of warehouses, an item of another warehouse is not updated.',
    evidence: 'assumed',
    source: `our reading of "may experience unexpected results": ${introduction}`,
    breach: 'refuse item',
  },

  'date.forms': {
    says: 'inventory_date is YYYY-MM-DD, MM-DD-YYYY or IMMEDIATE.',
    evidence: 'documented',
    source: bulk,
    breach: 'refuse item',
  },
  'date.real': {
    says: 'inventory_date is a day that exists; dates never roll over.',
    evidence: 'assumed',
    source: silent,
    breach: 'refuse item',
  },
  'date.past': {
    says: 'A past inventory_date is taken.',
    evidence: 'assumed',
    source: silent,
    breach: 'decides',
  },
  'date.absent': {
    says: 'An item without inventory_date is IMMEDIATE.',
    evidence: 'assumed',
    source: silent,
    breach: 'decides',
  },
  'date.immediate_case': {
    says: 'IMMEDIATE is written in capitals; another case is taken as it.',
    evidence: 'assumed',
    source: silent,
    breach: 'report item',
  },
  'date.date_time': {
    says: 'inventory_date is a date; an ISO 8601 date-time is taken as its UTC day.',
    evidence: 'assumed',
    source: `our reading of the general rule for dates: ${conventions}`,
    breach: 'report item',
  },
  'date.bucket': {
    says: 'Both spellings of a day are one date bucket.',
    evidence: 'assumed',
    source: silent,
    breach: 'decides',
  },

  'style.number_length': {
    says: 'style_number has at most 45 characters.',
    evidence: 'documented',
    source: styles,
    breach: 'report item',
  },
  'style.identifier_length': {
    says: 'style_identifier has at most 100 characters.',
    evidence: 'documented',
    source: styles,
    breach: 'report item',
  },
  'style.integer_ids': {
    says: 'style_id and style_color_id are integers.',
    evidence: 'documented',
    source: bulk,
    breach: 'refuse item',
  },

  'sku.identified': {
    says: 'An item names its SKU by upc, or by one identifier each of style, color and size.',
    evidence: 'documented',
    source: introduction,
    breach: 'refuse item',
  },
  'sku.mixed_rows': {
    says: 'Identifiers of style, color and size may be of different kinds.',
    evidence: 'documented',
    source: `${bulk}: its example has style_id, style_color_id and size`,
    breach: 'decides',
  },
  'sku.upc_wins': {
    says: 'upc wins over every other identifier.',
    evidence: 'documented',
    source: individual,
    breach: 'decides',
  },
  'sku.identifier_alone': {
    says: 'style_identifier alone names a style.',
    evidence: 'documented',
    source: styles,
    breach: 'decides',
  },
  'sku.number_alone': {
    says: 'style_number alone names a style only where the style list makes it unique.',
    evidence: 'assumed',
    source: silent,
    breach: 'refuse item',
  },
  'sku.color_id_for_style': {
    says: 'style_color_id also stands for the style when none is given.',
    evidence: 'assumed',
    source: silent,
    breach: 'decides',
  },
  'sku.strongest': {
    says: 'Without a style list a SKU is named by the strongest identifiers of the item, and kinds never mix.',
    evidence: 'assumed',
    source: silent,
    breach: 'decides',
  },
  'sku.agree': {
    says: 'With a style list every identifier of an item leads to the same SKU; where a weaker one disagrees the stronger wins.',
    evidence: 'assumed',
    source: silent,
    breach: 'report item',
  },
  'sku.pair': {
    says: 'Where one style_identifier stands under two style numbers, the pair decides.',
    evidence: 'assumed',
    source: `our reading of the example: ${bulk}`,
    breach: 'decides',
  },
  'sku.known': {
    says: 'Where the account has a style list, an item of an unknown SKU is not updated.',
    evidence: 'assumed',
    source: `our reading of "must have been inserted before": ${introduction}`,
    breach: 'refuse item',
  },
  'sku.unique': {
    says: 'With a style list the identifiers of an item lead to one SKU, not to several.',
    evidence: 'assumed',
    source: silent,
    breach: 'refuse item',
  },

  'inventory.sets': {
    says: 'inventory sets the position to the quantity; it is not added.',
    evidence: 'documented',
    source: introduction,
    breach: 'decides',
  },
  'inventory.required': {
    says: 'An item has inventory, unless made_to_order is true.',
    evidence: 'documented',
    source: bulk,
    breach: 'refuse item',
  },
  'inventory.integer': {
    says: 'inventory is an integer: no fraction, no exponent in text, no thousands separator, no hexadecimal, no words.',
    evidence: 'documented',
    source: bulk,
    breach: 'refuse item',
  },
  'inventory.range': {
    says: 'inventory lies between -9007199254740991 and 9007199254740991.',
    evidence: 'assumed',
    source: silent,
    breach: 'refuse item',
  },
  'inventory.whole_float': {
    says: 'inventory is written without a decimal point or exponent; a whole float such as 15.0 is taken.',
    evidence: 'assumed',
    source: `our reading of ${clients} that send floats`,
    breach: 'report item',
  },
  'inventory.negative': {
    says: 'inventory is not negative; a negative quantity is taken.',
    evidence: 'assumed',
    source: silent,
    breach: 'report item',
  },
  'inventory.same_position': {
    says: 'Two items of one call mean different positions; of several the last counts and all are echoed as updated.',
    evidence: 'assumed',
    source: silent,
    breach: 'report item',
  },
  'inventory.untouched': {
    says: 'Without overwrite, what a call does not list is untouched.',
    evidence: 'documented',
    source: bulk,
    breach: 'decides',
  },

  'made_to_order.clears': {
    says: 'made_to_order true lists the SKU as made to order and clears any inventory it has.',
    evidence: 'documented',
    source: bulk,
    breach: 'decides',
  },
  'made_to_order.everywhere': {
    says: 'What made_to_order clears is the SKU in all warehouses and dates.',
    evidence: 'assumed',
    source: silent,
    breach: 'decides',
  },
  'made_to_order.no_inventory': {
    says: 'An item with made_to_order true needs no inventory.',
    evidence: 'documented',
    source: `${bulk}: its example leaves it out`,
    breach: 'decides',
  },
  'made_to_order.forms': {
    says: 'made_to_order is true or "true", and false or empty is as absent.',
    evidence: 'documented',
    source: `${bulk}: its examples have both`,
    breach: 'decides',
  },
  'made_to_order.case': {
    says: 'made_to_order is written in small letters; another case is taken.',
    evidence: 'assumed',
    source: silent,
    breach: 'report item',
  },
  'made_to_order.value': {
    says: 'made_to_order holds nothing but true and false.',
    evidence: 'documented',
    source: bulk,
    breach: 'refuse item',
  },
  'made_to_order.quantity': {
    says: 'An item with made_to_order true has no inventory beside it; the quantity is ignored.',
    evidence: 'assumed',
    source: silent,
    breach: 'report item',
  },
  'made_to_order.unmarked': {
    says: 'A later quantity for a made-to-order SKU, in the same call too, ends its being made to order.',
    evidence: 'assumed',
    source: silent,
    breach: 'decides',
  },

  'overwrite.warehouses': {
    says: 'overwrite clears the warehouses that accepted items of the call name, and no others.',
    evidence: 'assumed',
    source: `${contradictory}: the account in the table and "introduction", the warehouses in the example and ${files}`,
    breach: 'decides',
  },
  'overwrite.account': {
    says: 'overwrite clears every warehouse of the account (in force with overwrite_scope=account).',
    evidence: 'assumed',
    source: `${contradictory}: the account in the table and "introduction", the warehouses in the example and ${files}`,
    breach: 'decides',
  },
  'overwrite.dates': {
    says: 'overwrite clears the positions of all dates.',
    evidence: 'assumed',
    source: silent,
    breach: 'decides',
  },
  'overwrite.marks': {
    says: 'overwrite leaves a SKU that is made to order as it is.',
    evidence: 'assumed',
    source: silent,
    breach: 'decides',
  },
  'overwrite.complete': {
    says: 'No item of an overwrite is refused: its stock would be gone and not replaced.',
    evidence: 'assumed',
    source: silent,
    breach: 'report call',
  },
  'overwrite.refused_warehouse': {
    says: 'A warehouse that only refused items name is left alone by overwrite.',
    evidence: 'assumed',
    source: silent,
    breach: 'report call',
  },

  'pending.deducted': {
    says: 'With dec_pending a position is stored as incoming less the quantity on its pending orders.',
    evidence: 'documented',
    source: `${bulk}; ${introduction}`,
    breach: 'decides',
  },
  'pending.matched': {
    says: 'Pending orders are matched by warehouse, date bucket and SKU, and do not change.',
    evidence: 'assumed',
    source: silent,
    breach: 'decides',
  },
  'pending.below_zero': {
    says: 'A position that falls below zero by dec_pending is kept so.',
    evidence: 'assumed',
    source: silent,
    breach: 'decides',
  },
  'pending.floor': {
    says: 'A position that would fall below zero by dec_pending is zero (in force with pending_floor=zero).',
    evidence: 'assumed',
    source: silent,
    breach: 'decides',
  },
  'pending.echo': {
    says: 'The reply echoes the quantity as sent, not what dec_pending left of it.',
    evidence: 'assumed',
    source: silent,
    breach: 'decides',
  },

  'reply.shape': {
    says: 'The reply has response, items_updated and items_not_updated; JSON has no root and one list in items_updated.',
    evidence: 'documented',
    source: bulk,
    breach: 'decides',
  },
  'reply.echo': {
    says: 'Items are echoed exactly as sent: same fields, same order, same types, nothing added.',
    evidence: 'documented',
    source: bulk,
    breach: 'decides',
  },
  'reply.literal_echo': {
    says: 'A JSON item is echoed as the very text that was sent.',
    evidence: 'assumed',
    source: silent,
    breach: 'decides',
  },
  'reply.log_id': {
    says: 'log_id is a lower-case version-4 UUID, new for each call.',
    evidence: 'documented',
    source: bulk,
    breach: 'decides',
  },
  'reply.partial': {
    says: 'A call of which some items were not updated is answered 200 with code "0" and an empty comment.',
    evidence: 'assumed',
    source: silent,
    breach: 'decides',
  },
  'reply.partial_code': {
    says: 'A call of which some items were not updated has code "1" (in force with partial_code=1).',
    evidence: 'assumed',
    source: silent,
    breach: 'decides',
  },
  'reply.not_updated': {
    says: 'items_not_updated is built like items_updated and holds the items as sent, without a reason.',
    evidence: 'assumed',
    source: silent,
    breach: 'decides',
  },
  'reply.refused': {
    says: 'A call that is refused as a whole is answered with the same envelope, code "1", a comment and empty lists.',
    evidence: 'assumed',
    source: silent,
    breach: 'decides',
  },
  'reply.xml_to_json': {
    says: 'From XML to JSON fields become strings, but inventory, style_id and style_color_id numbers where they are plain integers.',
    evidence: 'assumed',
    source: silent,
    breach: 'decides',
  },
  'reply.json_to_xml': {
    says: 'What JSON can hold and XML cannot is sent only where a JSON reply is asked for.',
    evidence: 'assumed',
    source: silent,
    breach: 'report item',
  },
  'reply.xml_nested': {
    says: 'Child elements of an unknown field are sent only where an XML reply is asked for; JSON shows their XML text.',
    evidence: 'assumed',
    source: silent,
    breach: 'report item',
  },
  'reply.failure': {
    says: 'A fault inside is answered 500, a change that cannot be stored 503 with Retry-After, in the same envelope.',
    evidence: 'assumed',
    source: silent,
    breach: 'decides',
  },
})
