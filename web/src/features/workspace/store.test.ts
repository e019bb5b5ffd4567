import { describe, expect, it, vi } from 'vitest'
import { ApiError } from '../../data/client'
import type { Run } from '../../data/project'
import type { RunGroup, RunOrder, RunQueryBody, RunQueryPage, RunSetBody } from '../../data/runs'
import { reachTo, stepBy } from './runs/reach'
import { Rows } from './runs/rows'
import { queryOf } from './runSet'
import { filterFault, isOpen, type ListQuestion, RunList } from './store'

const QUESTION: ListQuestion = {
  query: queryOf({ sort: [{ key: 'name', descending: false }] }),
  columns: ['summary.loss'],
  group: [],
  pinned: [],
}
const GROUPED: ListQuestion = { ...QUESTION, group: [{ key: 'config.encoder' }] }

const run = (place: number): Run => ({ id: `r${place}`, name: `run ${place}`, tags: [] as string[] }) as Run

function group(label: string, count: number): RunGroup {
  return {
    keys: { 'config.encoder': label },
    path: [label],
    label,
    run_count: count,
    running_count: 0,
    aggregates: {},
    condition: `config.encoder = "${label}"`,
    groups: [],
  }
}

/** A server of so many runs, whose cursor is the place where the next page begins. */
function server(count: number) {
  const asked: RunQueryBody[] = []
  const orders: RunSetBody[] = []
  const state = { count, refusal: null as Error | null, renamed: '', far: '', first: 0 }
  const named = (place: number): Run => {
    const plain = run(place + state.first)
    if (place === 0 && state.renamed) return { ...plain, name: state.renamed }
    return place >= 1000 && state.far ? { ...plain, name: `${plain.name} ${state.far}` } : plain
  }
  const countOf = (filter = ''): number =>
    filter.includes('"a"') ? 2 : filter.includes('"b"') ? state.count - 2 : state.count
  const query = async (body: RunQueryBody): Promise<RunQueryPage> => {
    asked.push(body)
    if (state.refusal) throw state.refusal
    if (body.ids) return { runs: body.ids.map(id => named(Number(id.slice(1)) - state.first)), total: body.ids.length }
    if (body.group)
      return { runs: [], total: state.count, groups: [group('a', 2), group('b', state.count - 2)], group_total: 2 }
    if (body.filter?.includes('state = "running"')) return { runs: [], total: 3 }
    const own = countOf(body.filter)
    const from = Number(body.cursor || 0)
    const to = Math.min(own, from + (body.limit ?? 100))
    const runs = Array.from({ length: to - from }, (_, i) => named(from + i))
    return { runs, total: own, next: to < own ? String(to) : '' }
  }
  const order = async (body: RunSetBody): Promise<RunOrder> => {
    orders.push(body)
    const ids = Array.from({ length: countOf(body.filter) }, (_, i) => `r${i + state.first}`)
    return { ids, names: ids, ordinals: [], states: [], total: ids.length }
  }
  return { asked, orders, state, query, list: new RunList({ query, order }) }
}

const settled = (): Promise<void> => new Promise(resolve => setTimeout(resolve))
const rowsOf = (list: RunList): Rows => new Rows(list.state.getState())

describe('the run list', () => {
  it('holds a page, counts them all and what runs, and goes on from the cursor', async () => {
    const { list } = server(100_000)
    list.ask(QUESTION, 0)
    await settled()
    expect(list.state.getState()).toMatchObject({ total: 100_000, runningCount: 3, status: 'ready' })
    expect(list.state.getState().runs).toHaveLength(200)
    await list.more(1000)
    expect(list.state.getState().runs.at(-1)?.id).toBe('r1199')
  })

  it('reads every run that is drawn by name and stands beyond the loaded pages, however many', async () => {
    const { asked, list } = server(100_000)
    list.ask(QUESTION, 0)
    await settled()
    const ids = Array.from({ length: 2500 }, (_, i) => `r${100 + i * 3}`)
    asked.length = 0
    list.want(ids)
    await vi.waitFor(() => expect(list.state.getState().named).toHaveLength(ids.length - 34))
    expect(asked.map(({ ids, columns }) => [ids?.length, columns])).toEqual([
      [1000, ['summary.loss']],
      [1000, ['summary.loss']],
      [466, ['summary.loss']],
    ])
    expect(list.find('r7597')?.name).toBe('run 7597')
    list.want(['r100', 'r400', 'r500'])
    await vi.waitFor(() => expect(list.state.getState().named.map(run => run.id)).toEqual(['r400', 'r500']))
  })

  it('reads again what is drawn by name while it runs', async () => {
    const { state, list, query } = server(100_000)
    const live = new RunList({
      order: async () => Promise.reject(new Error('not asked')),
      query: async body => {
        const page = await query(body)
        const end = (run: Run): Run => ({ ...run, state: run.id === 'r5000' || state.far ? 'finished' : 'running' })
        return { ...page, runs: page.runs.map(end) }
      },
    })
    list.close()
    live.ask(QUESTION, 0)
    await settled()
    live.want(['r5000', 'r6000'])
    await vi.waitFor(() => expect(live.find('r6000')?.state).toBe('running'))
    state.far = 'now'
    await live.refresh()
    await vi.waitFor(() => expect(live.find('r6000')).toMatchObject({ state: 'finished', name: 'run 6000 now' }))
    expect(live.find('r5000')?.name).toBe('run 5000')
  })

  it('asks the same question once', async () => {
    const { list, asked } = server(5)
    list.ask(QUESTION, 0)
    list.ask({ ...QUESTION }, 0)
    await settled()
    expect(asked).toHaveLength(2)
  })

  it('reads far rows by id, without the pages between', async () => {
    const { list, asked, orders } = server(100_000)
    list.ask(QUESTION, 0)
    await settled()
    list.see('', 90_000, 90_040)
    await settled()
    expect(orders).toHaveLength(1)
    expect(rowsOf(list).at(90_000)).toMatchObject({ kind: 'run', id: 'r90000', run: null })
    list.see('', 90_000, 90_040)
    await settled()
    expect(rowsOf(list).at(90_000)).toMatchObject({ id: 'r90000', run: { name: 'run 90000' } })
    expect(asked.filter(body => body.cursor).length).toBe(0)
  })

  it('reads on around far rows in one question, before they come into sight', async () => {
    const { list, asked } = server(100_000)
    list.ask(QUESTION, 0)
    await settled()
    list.see('', 90_000, 90_040)
    await settled()
    const look = async (first: number): Promise<void> => {
      list.see('', first, first + 40)
      await settled()
    }
    await look(90_000)
    const inSight = asked.length
    await look(90_000)
    expect(asked).toHaveLength(inSight + 1)
    expect(asked.at(-1)?.ids).toHaveLength(200)
    // Sixty rows further all is here already; beyond, what lies ahead is asked for again, and only that.
    for (let first = 90_004; first <= 90_060; first += 4) await look(first)
    expect(asked).toHaveLength(inSight + 1)
    await look(90_080)
    expect(asked).toHaveLength(inSight + 2)
    expect(asked.at(-1)?.ids?.at(0)).toBe('r90141')
    expect(rowsOf(list).at(90_140)).toMatchObject({ id: 'r90140', run: { name: 'run 90140' } })
  })

  it('reads far rows again that were out of sight when the list was refreshed', async () => {
    const { list, state } = server(100_000)
    list.ask(QUESTION, 0)
    await settled()
    const look = async (first: number): Promise<void> => {
      for (let i = 0; i < 3; i++) {
        list.see('', first, first + 40)
        await settled()
      }
    }
    await look(50_000)
    await look(90_000)
    state.far = 'finished'
    await list.refresh()
    await settled()
    const nameAt = (index: number): string | undefined => {
      const row = rowsOf(list).at(index)
      return row?.kind === 'run' ? row.run?.name : undefined
    }
    expect(nameAt(90_000)).toBe('run 90000 finished')
    await look(50_000)
    expect(nameAt(50_000)).toBe('run 50000 finished')
  })

  it('reads the order again where as many runs are others', async () => {
    const { list, state, orders } = server(100_000)
    list.ask(QUESTION, 0)
    await settled()
    list.see('', 90_000, 90_040)
    await settled()
    await list.refresh()
    await settled()
    expect(orders).toHaveLength(1)
    // One came at the top, and one went.
    state.first = 1
    await list.refresh()
    await settled()
    expect(orders).toHaveLength(2)
    expect(rowsOf(list).at(90_000)).toMatchObject({ id: 'r90001' })
  })

  it('comes to the last row of a list of which only the first were read', async () => {
    const { list } = server(100_000)
    list.ask(QUESTION, 0)
    await settled()
    const rows = (): Rows => rowsOf(list)
    await stepBy(list, rows, rows().count, false)
    expect(list.state.getState().selection.current).toBe('r99999')
    await stepBy(list, rows, -1, false)
    expect(list.state.getState().selection.current).toBe('r99998')
    await stepBy(list, rows, -99_997, true)
    expect(list.state.getState().selection.keys.size).toBe(99_998)
  })

  it('selects a range over an open group of which nothing was read, with every run of it', async () => {
    const { list } = server(500)
    list.ask(GROUPED, 0)
    await settled()
    const rows = (): Rows => rowsOf(list)
    list.see('["a"]', 0, 1)
    await settled()
    // a, its two runs, b, its 498, which begin at r0 too: none of those has been in sight.
    list.setCursor('r0')
    await stepBy(list, rows, 501, true)
    expect(list.state.getState().selection.keys.size).toBe(498)
    expect(list.state.getState().selection.keys.has('')).toBe(false)
    list.select({ keys: new Set(), anchor: null, current: 'r0' })
    await reachTo(list, rows, 'r100', rows().indexOf('r100'))
    expect(list.state.getState().selection.keys.size).toBe(101)
  })

  it('keeps its rows when a filter is refused, and says why and what would read', async () => {
    const { list, state } = server(5)
    list.ask(QUESTION, 0)
    await settled()
    state.refusal = new ApiError({
      code: 'invalid_filter',
      status: 422,
      fields: { at: 3, detail: "found '>'; expected a value", hint: 'Did you mean `lr >= 0.1`?' },
    })
    list.ask({ ...QUESTION, query: { ...QUESTION.query, filter: 'lr => 0.1' } }, 0)
    await settled()
    const { runs, status, error } = list.state.getState()
    expect([runs.length, status]).toEqual([5, 'ready'])
    expect(filterFault(error)).toMatchObject({ at: 3, better: 'lr >= 0.1' })
  })

  it('says so when the first question fails', async () => {
    const { list, state } = server(5)
    state.refusal = new ApiError({ code: 'server_unreachable' })
    list.ask(QUESTION, 0)
    await settled()
    expect(list.state.getState().status).toBe('failed')
    expect(filterFault(list.state.getState().error)).toBeNull()
  })

  it('keeps the objects of rows that a refresh did not change', async () => {
    const { list, state } = server(5)
    list.ask(QUESTION, 0)
    await settled()
    const before = list.state.getState().runs
    await list.refresh()
    expect(list.state.getState().runs).toBe(before)
    state.renamed = 'another'
    await list.refresh()
    const after = list.state.getState().runs
    expect(after[0]?.name).toBe('another')
    expect(after[1]).toBe(before[1])
  })

  it('selects none of the runs that were asked for before', async () => {
    const { list } = server(5)
    list.ask(QUESTION, 0)
    await settled()
    // The rows are still those of the question before.
    list.ask({ ...QUESTION, query: { ...QUESTION.query, filter: 'encoder = "a"' } }, 0)
    expect(await list.selectAll()).toBe(2)
    const long = server(500).list
    long.ask(QUESTION, 0)
    await settled()
    const selecting = long.selectAll()
    long.ask({ ...QUESTION, query: { ...QUESTION.query, filter: 'encoder = "a"' } }, 0)
    expect(await selecting).toBe(0)
    expect(long.state.getState().selection.keys.size).toBe(0)
  })

  it('says why not all runs could be selected', async () => {
    const api = server(500)
    const list = new RunList({
      query: async body => api.query(body),
      order: async () => {
        throw new Error('down')
      },
    })
    list.ask(QUESTION, 0)
    await settled()
    expect(await list.selectAll()).toBe(0)
    expect(list.state.getState().error).toEqual(new Error('down'))
  })

  it('shows an edit at once, wherever the run stands', async () => {
    const { list } = server(5)
    list.ask({ ...QUESTION, pinned: ['r1'] }, 0)
    await settled()
    list.patch(['r1'], own => ({ tags: [...own.tags, 'best'] }))
    const { runs, pins } = list.state.getState()
    expect([runs[1]?.tags, pins[0]?.tags, runs[0]?.tags]).toEqual([['best'], ['best'], []])
  })

  it('selects every run that matches, loaded or not', async () => {
    const { list } = server(5000)
    list.ask(QUESTION, 0)
    await settled()
    expect(await list.selectAll()).toBe(5000)
    expect(list.state.getState().selection.keys.has('r4999')).toBe(true)
  })
})

describe('rows', () => {
  it('are the pinned runs, then all runs', async () => {
    const { list } = server(300)
    list.ask({ ...QUESTION, pinned: ['r7'] }, 0)
    await settled()
    const rows = rowsOf(list)
    expect(rows.count).toBe(301)
    expect([rows.at(0)?.kind, rows.at(0)?.id, rows.at(8)?.id]).toEqual(['pin', 'r7', 'r7'])
    expect(rows.indexOf('r7')).toBe(0)
    expect(rows.indexOf('r8')).toBe(9)
    expect(rows.at(250)).toMatchObject({ id: '', run: null })
  })

  it('are groups with their members while they are open', async () => {
    const { list } = server(300)
    list.ask(GROUPED, 0)
    await settled()
    expect(rowsOf(list).count).toBe(302)
    for (const { branch, first, last } of rowsOf(list).stretches(0, 20)) list.see(branch, first, last)
    await settled()
    const rows = rowsOf(list)
    expect([rows.at(0)?.kind, rows.at(1)?.id, rows.at(3)?.kind]).toEqual(['group', 'r0', 'group'])
    expect(rows.headsOf(2).map(({ index }) => index)).toEqual([0])
    expect(rows.headsOf(200).map(({ index }) => index)).toEqual([3])
    list.toggleFold('["a"]')
    expect(isOpen('["a"]', list.state.getState().folds, list.state.getState().groups)).toBe(false)
    expect(rowsOf(list).count).toBe(300)
  })
})
