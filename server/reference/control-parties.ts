import { type ControlOperation, identifiers, pages } from './control-operation.js'
import { header, text } from './document.js'

const standing = (name: string) => `control/standing.json#/definitions/${name}`
const parties = (name: string) => `control/parties.json#/definitions/${name}`
const csv = { 'text/csv': { schema: text } }
const noAccount = { 404: 'There is no such account.' }
const noSite = { 404: 'There is no such site.' }
const kept = 'The change cannot be stored; nothing was changed.'
const taken = 'The name or the token is that of another one.'

/** Accounts and sites, and what stands in them. */
export const partyOperations: readonly ControlOperation[] = [
  {
    ...{ id: 'listAccounts', call: 'GET /joor/accounts', tag: 'Accounts' },
    summary: 'Lists the accounts that were declared, and those that calls of unknown tokens made.',
    replies: { 200: parties('accounts') },
  },
  {
    ...{ id: 'whoseToken', call: 'GET /joor/account', tag: 'Accounts' },
    summary: 'Tells whose token a call of JOOR brings.',
    description:
      "The token is that of the client's own Authorization header; where there is a control token it goes in Backstock-Control-Token.",
    replies: { 200: parties('whose') },
    errors: { 404: 'No call has used this token yet; the detail says what its account would be called.' },
  },
  {
    ...{ id: 'putAccount', call: 'PUT /joor/accounts/{account}', tag: 'Accounts' },
    summary: 'Declares an account, or replaces the whole of it: what is left out is empty.',
    body: 'account.json',
    replies: { 200: parties('account'), 201: parties('account') },
    errors: { 409: taken, 503: kept },
  },
  {
    ...{ id: 'getAccount', call: 'GET /joor/accounts/{account}', tag: 'Accounts' },
    summary: 'Shows an account with what it was given.',
    replies: { 200: parties('account') },
    errors: noAccount,
  },
  {
    ...{ id: 'deleteAccount', call: 'DELETE /joor/accounts/{account}', tag: 'Accounts' },
    summary: 'Deletes an account with all that it has.',
    replies: { 204: null },
    errors: { ...noAccount, 503: kept },
  },
  {
    ...{ id: 'putPending', call: 'PUT /joor/accounts/{account}/pending', tag: 'Accounts' },
    summary: 'Replaces the units on pending orders; rows of one position add up.',
    body: 'account.json#/properties/pending',
    replies: { 200: standing('pending') },
    errors: { ...noAccount, 503: kept },
  },
  {
    ...{ id: 'forkAccount', call: 'POST /joor/accounts/{account}/fork', tag: 'Accounts' },
    summary: 'Copies an account under a name and a token of its own.',
    body: 'fork.json',
    bodyOptional: true,
    replies: { 201: parties('account') },
    errors: { ...noAccount, 409: taken, 503: kept },
  },
  {
    ...{ id: 'listPositions', call: 'GET /joor/accounts/{account}/positions', tag: 'Accounts' },
    summary: 'Lists what stands in an account, by warehouse, date and SKU; SKUs that are made to order come first.',
    query: ['warehouse', 'inventory_date', ...identifiers, ...pages, 'positionFormat'],
    replies: { 200: standing('positions') },
    otherReplies: csv,
    headers: {
      'Backstock-Next': header('The cursor of the next page, where the reply is CSV and there is one.', text),
    },
    errors: noAccount,
  },
  {
    ...{ id: 'listWarehouses', call: 'GET /joor/accounts/{account}/warehouses', tag: 'Accounts', query: pages },
    summary: 'Lists in which warehouses, and on which dates there, an account has positions.',
    replies: { 200: standing('warehouses') },
    errors: noAccount,
  },
  {
    ...{ id: 'getLog', call: 'GET /joor/logs/{log_id}', tag: 'Accounts' },
    summary: 'Tells what became of each item of a call, and why.',
    replies: { 200: 'control/requests.json#/definitions/log' },
    errors: { 404: 'There is no such log, or the journal has dropped it since.' },
  },
  {
    ...{ id: 'listSites', call: 'GET /jirafe/sites', tag: 'Sites' },
    summary: 'Lists the sites that were declared, and those that calls made.',
    replies: { 200: parties('sites') },
  },
  {
    ...{ id: 'putSite', call: 'PUT /jirafe/sites/{site}', tag: 'Sites' },
    summary: 'Declares a site, or replaces the whole of it: what is left out is empty.',
    body: 'site.json',
    replies: { 200: parties('site'), 201: parties('site') },
    errors: { 503: kept },
  },
  {
    ...{ id: 'getSite', call: 'GET /jirafe/sites/{site}', tag: 'Sites' },
    summary: 'Shows a site with its settings and the last sign of life of its plug-in.',
    replies: { 200: parties('site') },
    errors: noSite,
  },
  {
    ...{ id: 'deleteSite', call: 'DELETE /jirafe/sites/{site}', tag: 'Sites' },
    summary: 'Deletes a site with all that it has.',
    replies: { 204: null },
    errors: { ...noSite, 503: kept },
  },
  {
    ...{ id: 'forkSite', call: 'POST /jirafe/sites/{site}/fork', tag: 'Sites' },
    summary: 'Copies a site under a name and a token of its own.',
    body: 'fork.json',
    bodyOptional: true,
    replies: { 201: parties('site') },
    errors: { ...noSite, 409: taken, 503: kept },
  },
  {
    ...{ id: 'listLevels', call: 'GET /jirafe/sites/{site}/levels', tag: 'Sites' },
    summary: 'Lists the levels of a site.',
    query: ['code', 'history', ...pages],
    replies: { 200: standing('levels') },
    errors: noSite,
  },
  {
    ...{ id: 'listCosts', call: 'GET /jirafe/sites/{site}/costs', tag: 'Sites' },
    summary: 'Lists the costs of a site, one for each SKU and year.',
    query: ['sku_code', ...pages],
    replies: { 200: standing('costs') },
    errors: noSite,
  },
  {
    ...{ id: 'listEvents', call: 'GET /jirafe/sites/{site}/events', tag: 'Sites' },
    summary: 'Lists the events that were accepted last, newest first.',
    query: ['type', 'since', 'limit'],
    replies: { 200: standing('events') },
    errors: noSite,
  },
]
