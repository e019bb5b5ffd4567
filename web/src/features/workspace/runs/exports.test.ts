import { expect, it } from 'vitest'
import { queryOf } from '../runSet'
import type { Session } from '../session'
import { RunList } from '../store'
import { exportRuns } from './exports'
import { questionOf } from './shown'

it('an export is of the runs that the list is of, also where a panel picks them', async () => {
  const asked: { filter?: string; ids?: string[] }[] = []
  const list = new RunList({
    query: async () => ({ runs: [], total: 0 }),
    order: async () => ({ ids: [], names: [], ordinals: [], states: [], total: 0 }),
  })
  const runs = { export: async (body: { filter?: string }) => (asked.push(body), new Blob(['name'])) }
  const session = { list, runs, project: 'p' } as unknown as Session
  const set = { filter: 'loss < 1' }
  await exportRuns(session, set, [], 'csv')
  list.ask(questionOf(set, [], 'lr > 0.1'), 0)
  await exportRuns(session, set, [], 'csv')
  await exportRuns(session, set, [], 'csv', ['r1'])
  expect(asked[0]?.filter).toBe(queryOf(set).filter)
  expect(asked[1]?.filter).toBe('(loss < 1) and (lr > 0.1)')
  expect(asked[2]).toMatchObject({ filter: '', ids: ['r1'] })
})
