import { describe, expect, it } from 'vitest'
import { casesOf, toldOf } from './told.js'

describe('what is told of the calls of a case stays as it is', async () => {
  it.each(await casesOf('joor'))('%s', async (_name, each) => {
    const told = await toldOf(each)
    expect(told.map(({ reply }) => reply.length > 0)).toEqual(told.map(() => true))
    expect(told.length).toBeGreaterThan(0)
    expect(told).toMatchSnapshot()
  })
})
