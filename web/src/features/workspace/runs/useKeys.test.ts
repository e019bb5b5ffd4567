import { expect, it } from 'vitest'
import { valueOptions } from './useKeys'

it('offers 0 and false among the values that runs have, but not that they have none', () => {
  const groups = [[0], [false], [null], [''], ['adam'], [[1, 'a']]].map((path, i) => ({ path, run_count: 10 - i }))
  expect(valueOptions(groups).map(({ value }) => value)).toEqual(['0', 'false', 'adam', '[1,"a"]'])
})
