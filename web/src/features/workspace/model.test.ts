import { describe, expect, it } from 'vitest'
import type { Column, Run } from '../../data/project'
import { hideRuns, setLog, showAll, showOnly, showRuns, sortBy, toggleFold, toggleRuns, withChanges } from './actions'
import {
  drawnRuns,
  foundSections,
  isFolded,
  panelSearch,
  parseSort,
  parseView,
  parseZoom,
  sameRuns,
  sectionsOf,
  valueKey,
  type WorkspaceView,
} from './model'

const metric = (key: string, section: Column['section'] = 'metric', kinds = ['f']): Column => ({
  key,
  section,
  kinds,
  run_count: 1,
  is_distinct: true,
})

const run = (id: string, state: Run['state'] = 'finished'): Run =>
  ({ id, name: `name-${id}`, ordinal: Number(id.slice(1)), state }) as Run

const RUNS = ['r1', 'r2', 'r3', 'r4'].map(id => run(id))
const drawn = (view: WorkspaceView): string[] => drawnRuns(view, RUNS).map(({ id }) => id)

describe('the view in the address', () => {
  it('comes back from its own parameters', () => {
    const view: WorkspaceView = {
      x: 'metric:epoch',
      smooth: 0.6,
      q: 'otter',
      filter: 'config.lr < 0.1',
      sort: '-summary.val/loss',
      hide: ['r1'],
      drawn: 25,
      folded: [],
      log: ['train/loss'],
      panels: '^val',
      re: true,
      panel: 'val/loss',
      zoom: 'step:10:20',
      half: 'runs',
    }
    expect(parseView(JSON.parse(JSON.stringify(view)) as Record<string, unknown>)).toEqual(view)
  })

  it('is empty for an untouched page, and for nonsense', () => {
    expect(parseView({})).toEqual({})
    expect(
      parseView({
        x: 'sideways',
        smooth: 7,
        hide: 'r1',
        drawn: -3,
        zoom: 'step:9:2',
        re: 'yes',
        half: 'left',
        folded: 1,
      }),
    ).toEqual({})
  })

  it('takes a number that was meant as text', () => {
    expect(parseView({ q: 42, filter: true })).toEqual({ q: '42', filter: 'true' })
  })

  it('keeps “nothing drawn” apart from “all drawn”', () => {
    expect(parseView({ show: [] })).toEqual({ show: [] })
    expect(drawn({ show: [] })).toEqual([])
    expect(drawn({})).toEqual(['r1', 'r2', 'r3', 'r4'])
  })

  it('reads a zoom on any axis, also one named with colons', () => {
    expect(parseZoom('metric:a:b:-1.5:2e3')).toEqual({ axis: 'metric:a:b', from: -1.5, to: 2000 })
    expect(parseZoom('step:5:5')).toBeNull()
  })
})

describe('which runs are drawn', () => {
  it('the first that are not hidden, at most as many as the view says', () => {
    expect(drawn({ hide: ['r2'], drawn: 2 })).toEqual(['r1', 'r3'])
  })

  it('hiding one, showing it again, and all but this', () => {
    const hidden = toggleRuns({}, ['r2'])
    expect(drawn(hidden)).toEqual(['r1', 'r3', 'r4'])
    expect(toggleRuns(hidden, ['r2'])).toEqual({})
    expect(drawn(hideRuns(showAll(hidden), ['r4']))).toEqual(['r1', 'r2', 'r3'])
  })

  it('only this, then one more, then all', () => {
    const only = showOnly({ hide: ['r1'] }, ['r3'])
    expect(drawn(only)).toEqual(['r3'])
    expect(drawn(showRuns(only, ['r1']))).toEqual(['r1', 'r3'])
    expect(drawn(hideRuns(only, ['r3']))).toEqual([])
    expect(showAll(only)).toEqual({})
  })

  it('stay the same object while the same runs are drawn', () => {
    const before = drawnRuns({}, RUNS)
    expect(
      sameRuns(
        before,
        drawnRuns(
          {},
          RUNS.map(other => ({ ...other, heartbeat_at: 9 })),
        ),
      ),
    ).toBe(before)
    expect(sameRuns(before, drawnRuns({}, [run('r1', 'running'), ...RUNS.slice(1)]))).not.toBe(before)
  })
})

describe('sections', () => {
  const columns = [
    metric('val/loss'),
    metric('loss'),
    metric('val/layer10'),
    metric('val/layer2'),
    metric('cpu', 'system'),
    metric('system/odd'),
    metric('note', 'metric', ['o']),
    metric('config.lr', 'config'),
  ]

  it('follow the prefix: plain metrics first, system metrics last, numbers in names by size', () => {
    const names = sectionsOf(columns, []).map(({ name, channel, panels }) => [
      name,
      channel,
      panels.map(p => p.y[0]?.metric),
    ])
    expect(names).toEqual([
      ['Charts', 'history', ['loss']],
      ['system', 'history', ['system/odd']],
      ['val', 'history', ['val/layer2', 'val/layer10', 'val/loss']],
      ['system', 'system', ['cpu']],
    ])
  })

  it('give every panel an id of its own, also where names meet', () => {
    const ids = sectionsOf([...columns, metric('cpu')], []).flatMap(({ panels }) => panels.map(p => p.id))
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('fold as the address says; untouched, only the system section', () => {
    const sections = sectionsOf(columns, [])
    const folded = (view: WorkspaceView): boolean[] => sections.map(section => isFolded(view, section, sections.length))
    expect(folded({})).toEqual([false, false, false, true])
    const opened = toggleFold({}, 'system', ['Charts', 'system'])
    expect(opened).toEqual({ folded: [] })
    expect(folded(opened)).toEqual([false, false, false, false])
    expect(toggleFold(opened, 'system', ['Charts', 'system'])).toEqual({})
  })

  it('are found by words or by a regular expression, which may be wrong', () => {
    const sections = sectionsOf(columns, [])
    const found = (words: string, isRegex: boolean): string[] =>
      foundSections(sections, panelSearch(words, isRegex)).flatMap(({ panels }) =>
        panels.map(p => p.y[0]?.metric ?? ''),
      )
    expect(found('LAYER val', false)).toEqual(['val/layer2', 'val/layer10'])
    expect(found('layer\\d$', true)).toEqual(['val/layer2'])
    expect(panelSearch('(', true)).toHaveProperty('error')
  })

  it('remember which panels are logarithmic', () => {
    const view = setLog({}, 'loss', true)
    expect(sectionsOf(columns, view.log ?? [])[0]?.panels[0]?.y_scale).toBe('log')
    expect(setLog(view, 'loss', false)).toEqual({})
  })
})

describe('the list', () => {
  it('sorts by a key, and by the same key again the other way round', () => {
    const first = sortBy({}, 'summary.val/loss', true)
    expect(parseSort(first.sort)).toEqual({ key: 'summary.val/loss', descending: true })
    expect(parseSort(sortBy(first, 'summary.val/loss', true).sort).descending).toBe(false)
  })

  it('shows the value it is sorted by, else the first metric', () => {
    expect(valueKey(parseSort('-config.lr'), 'loss')).toBe('config.lr')
    expect(valueKey(parseSort(undefined), 'loss')).toBe('summary.loss')
    expect(valueKey(parseSort('name'), undefined)).toBe('')
  })

  it('drops what is set back to nothing from the address', () => {
    expect(withChanges({ q: 'a', smooth: 0.5 }, { q: '' })).toEqual({ smooth: 0.5 })
  })
})
