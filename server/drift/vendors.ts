import type { Vendor } from '../state/store.js'
import { jirafeReplies } from './jirafe.js'
import { joorReplies } from './joor.js'
import type { VendorReplies } from './vendor.js'

const replies: Readonly<Record<Vendor, VendorReplies>> = { joor: joorReplies, jirafe: jirafeReplies }

export const repliesOf = (vendor: Vendor): VendorReplies => replies[vendor]
