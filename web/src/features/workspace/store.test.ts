import { describe, expect, it } from 'vitest'
import { ApiError } from '../../data/client'
import type { Run, RunPage, RunQuery } from '../../data/project'
import { filterFault, type ListQuery, RunList } from './store'

const QUERY: ListQuery = { filter: '', search: '', sort: { key: 'name', descending: false }, columns: ['summary.loss'] }

/** A server of so many runs, whose cursor is the place where the next page begins. */
function server(count: number) {
  const asked: RunQuery[] = []
  const state = { count, refusal: null as Error | null }
  const runs = async (query: RunQuery): Promise<RunPage> => {
    asked.push(query)
    if (state.refusal) throw state.refusal
    if (query.filter.includes('state = "running"')) return { runs: [], total: 3 }
    const from = Number(query.cursor || 0)
    const to = Math.min(state.count, from + query.limit)
    const page = Array.from({ length: to - from }, (_, i) => ({ id: `r${from + i}`, name: `r${from + i}` }) as Run)
    return { runs: page, total: state.count, next: to < state.count ? String(to) : '' }
  }
  return { asked, state, list: new RunList({ runs }) }
}

const settled = (): Promise<void> => new Promise(resolve => setTimeout(resolve))

describe('the run list', () => {
  it('holds a page, counts them all and what runs, and goes on from the cursor', async () => {
    const { list } = server(100_000)
    list.ask(QUERY, 0)
    await settled()
    expect(list.state.getState()).toMatchObject({ total: 100_000, runningCount: 3, status: 'ready' })
    expect(list.state.getState().runs).toHaveLength(200)
    await list.more(1000)
    expect(list.state.getState().runs.at(-1)?.id).toBe('r1199')
  })

  it('asks the same question once', async () => {
    const { list, asked } = server(5)
    list.ask(QUERY, 0)
    list.ask({ ...QUERY }, 0)
    await settled()
    expect(asked).toHaveLength(2)
  })

  it('keeps its rows when a filter is refused, and says why', async () => {
    const { list, state } = server(5)
    list.ask(QUERY, 0)
    await settled()
    state.refusal = new ApiError({
      code: 'invalid_filter',
      status: 422,
      fields: { at: 7, detail: 'expected a value', hint: '' },
    })
    list.ask({ ...QUERY, filter: 'loss < ' }, 0)
    await settled()
    const { runs, status, error } = list.state.getState()
    expect([runs.length, status, filterFault(error)]).toEqual([5, 'ready', { at: 7, detail: 'expected a value' }])
  })

  it('keeps rows that did not change the same objects through a refresh', async () => {
    const { list } = server(5)
    list.ask(QUERY, 0)
    await settled()
    const [before] = list.state.getState().runs
    await list.refresh()
    expect(list.state.getState().runs[0]).toBe(before)
  })

  it('fails when there is nothing to keep', async () => {
    const { list, state } = server(5)
    state.refusal = new ApiError({ status: 500 })
    list.ask(QUERY, 0)
    await settled()
    expect(list.state.getState().status).toBe('failed')
  })

  it('moves the keyboard from row to row and stops at the ends', async () => {
    const { list } = server(3)
    list.ask(QUERY, 0)
    await settled()
    expect([list.move(1), list.move(1), list.move(5), list.move(-1)]).toEqual(['r0', 'r1', 'r2', 'r1'])
  })
})
