import { describe, expect, it } from 'vitest'
import type { Column } from '../../data/project'
import {
  addKpi,
  addPanels,
  addSection,
  applyFields,
  changePanel,
  compareRuns,
  duplicatePanel,
  foldSection,
  movePanels,
  moveSection,
  removePanels,
  removeSection,
  resetSettings,
  setDepth,
  setMode,
  setPlaces,
  setSectionSettings,
  shiftSection,
  startManual,
} from './edits'
import { arrange, moved } from './grid'
import { type Built, buildSections, flatSections, metricPanels } from './sections'
import { defaultView, KPIS_MAX, type SectionSpec, type ViewSpec } from './view'

const COLUMNS = ['loss', 'val/loss', 'val/acc', 'train/loss'].map((key): Column => ({
  key,
  section: 'metric',
  kinds: ['f'],
  run_count: 1,
  is_distinct: true,
}))
const METRICS = metricPanels(COLUMNS)
const build = (spec: ViewSpec): Built => buildSections(spec, METRICS)
const line = (id: string) => ({ kind: 'line', id, y: [{ metric: id }] })
const MANUAL: ViewSpec = {
  ...defaultView(),
  mode: 'manual',
  sections: [
    {
      id: 'a',
      title: 'A',
      panels: [line('p1'), line('p2')],
      sections: [{ id: 'b', title: 'B', panels: [line('p3')] }],
    },
    { id: 'c', title: 'C' },
  ],
}
const shape = (sections: readonly SectionSpec[] | undefined): unknown =>
  (sections ?? []).map(({ id, panels = [], sections: inner }) => {
    const own = [id, panels.map(panel => panel.id)]
    return inner ? own.concat([shape(inner) as string[]]) : own
  })
const sectionOf = (spec: ViewSpec, id: string) => flatSections(build(spec).sections).find(section => section.id === id)!

describe('sections', () => {
  it('are added above, inside, shifted, moved and deleted at any depth', () => {
    const [added, id] = addSection(MANUAL, 'New')
    expect(shape(added.sections)).toEqual([
      [id, []],
      ['a', ['p1', 'p2'], [['b', ['p3']]]],
      ['c', []],
    ])
    const [inside] = addSection(MANUAL, 'In', { parent: 'b' })
    expect(shape(inside.sections?.[0]?.sections)).toEqual([['b', ['p3'], [['s~7', []]]]])
    expect(shape(shiftSection(MANUAL, 'c', -1).sections)).toEqual([
      ['c', []],
      ['a', ['p1', 'p2'], [['b', ['p3']]]],
    ])
    expect(shape(moveSection(MANUAL, 'b', 'c').sections)).toEqual([
      ['a', ['p1', 'p2']],
      ['b', ['p3']],
      ['c', []],
    ])
    expect(shape(removeSection(MANUAL, 'b').sections)).toEqual([
      ['a', ['p1', 'p2']],
      ['c', []],
    ])
  })

  it('do not go into themselves', () => {
    expect(moveSection(MANUAL, 'a', 'b')).toBe(MANUAL)
    expect(moveSection(MANUAL, 'a', 'a')).toBe(MANUAL)
  })

  it('fold: a list of the automatic ones, each of a person’s own by itself', () => {
    const spec = defaultView()
    const all = flatSections(build(spec).sections)
    const folded = foldSection(spec, all[1]!, true, all)
    expect(folded.automatic?.folded).toEqual(['train'])
    expect(build(folded).sections.map(section => section.isFolded)).toEqual([false, true, false])
    const own = flatSections(build(MANUAL).sections)
    expect(foldSection(MANUAL, own[1]!, true, own).sections?.[0]?.sections?.[0]?.is_folded).toBe(true)
  })

  it('leave what an edit does not touch the same object', () => {
    const next = removeSection(MANUAL, 'c')
    expect(next.sections?.[0]).toBe(MANUAL.sections?.[0])
    expect(removeSection(MANUAL, 'none')).toBe(MANUAL)
  })
})

describe('panels', () => {
  it('of a metric are changed, removed and reset as what differs from the automatic ones', () => {
    const spec = defaultView()
    const log = changePanel(spec, build(spec), 'val/loss', { y_scale: 'log' })
    expect(log.automatic).toEqual({ changed: { 'val/loss': { y_scale: 'log' } } })
    expect(changePanel(log, build(log), 'val/loss', { y_scale: undefined })).toEqual(spec)
    expect(resetSettings(log, build(log), 'val/loss', 'panel')).toEqual(spec)
    expect(removePanels(spec, build(spec), ['val/loss']).automatic).toEqual({ removed: ['val/loss'] })
  })

  it('of a person’s own are changed in place, at any depth', () => {
    const next = changePanel(MANUAL, build(MANUAL), 'p3', { title: 'Third', id: 'other', kind: 'bar' })
    expect(next.sections?.[0]?.sections?.[0]?.panels).toEqual([{ ...line('p3'), title: 'Third' }])
    expect(shape(removePanels(MANUAL, build(MANUAL), ['p1', 'p3']).sections)).toEqual([
      ['a', ['p2'], [['b', []]]],
      ['c', []],
    ])
  })

  it('are copied with ids of their own, beside the first or into a section', () => {
    const [next, ids] = duplicatePanel(MANUAL, build(MANUAL), 'p1')
    expect(shape(next.sections)).toEqual([
      ['a', ['p1', 'p2', ids[0]], [['b', ['p3']]]],
      ['c', []],
    ])
    const spec = defaultView()
    const [copied] = duplicatePanel(spec, build(spec), 'val/loss')
    expect(copied.automatic?.added?.[0]).toMatchObject({
      title: 'My panels',
      panels: [{ y: [{ metric: 'val/loss' }] }],
    })
    expect(new Set(addPanels(MANUAL, 'c', [line('x'), line('x')])[1]).size).toBe(2)
  })

  it('move between sections, and out of the automatic ones', () => {
    expect(shape(movePanels(MANUAL, build(MANUAL), ['p1', 'p3'], 'c').sections)).toMatchObject([
      ['a', ['p2'], [['b', []]]],
      ['c', { length: 2 }],
    ])
    const [spec, id] = addSection(defaultView(), 'Mine')
    const after = movePanels(spec, build(spec), ['loss'], id)
    expect(after.automatic?.removed).toEqual(['loss'])
    expect(after.automatic?.added?.[0]?.panels).toHaveLength(1)
    expect(movePanels(MANUAL, build(MANUAL), ['p1'], 'a')).toBe(MANUAL)
  })

  it('of a pattern become a person’s own when they are changed, and stay away when they are removed', () => {
    const spec: ViewSpec = { ...defaultView(), mode: 'manual', sections: [{ id: 's', title: 'S', pattern: 'loss$' }] }
    const ids = (now: ViewSpec): string[] => build(now).panels.map(panel => panel.id)
    expect(ids(spec)).toEqual(['s:loss', 's:train/loss', 's:val/loss'])
    const changed = changePanel(spec, build(spec), 's:loss', { title: 'Mine' })
    expect(ids(changed).toSorted()).toEqual(ids(spec).toSorted())
    expect(build(changed).byId.get('s:loss')?.title).toBe('Mine')
    const removed = removePanels(changed, build(changed), ['s:loss', 's:val/loss'])
    expect(ids(removed)).toEqual(['s:train/loss'])
  })
})

describe('places', () => {
  it('of a person’s own section are kept as they are', () => {
    const section = sectionOf(MANUAL, 'a')
    const grid = moved(arrange(section.panels, 3, false), 'p2', { x: 0, y: 0, w: 6, h: 4 }, 3, false)
    const next = setPlaces(MANUAL, section, grid.placed)
    expect(next.sections?.[0]?.panels?.map(panel => panel.layout)).toEqual([
      { x: 0, y: 4, w: 4, h: 4 },
      { x: 0, y: 0, w: 6, h: 4 },
    ])
  })

  it('of an automatic section are an order and sizes, no longer than needed', () => {
    const spec = defaultView()
    const section = sectionOf(spec, 'val')
    const order = moved(arrange(section.panels, 3, true), 'val/loss', { x: 0, y: 0, w: 4, h: 4 }, 3, true)
    expect(setPlaces(spec, section, order.placed).automatic).toEqual({ order: { val: ['val/loss', 'val/acc'] } })
    const size = moved(arrange(section.panels, 3, true), 'val/acc', { x: 0, y: 0, w: 8, h: 5 }, 3, true)
    expect(setPlaces(spec, section, size.placed).automatic).toEqual({
      changed: { 'val/acc': { layout: { x: 0, y: 0, w: 8, h: 5 } } },
    })
    expect(setPlaces(spec, section, arrange(section.panels, 3, true).placed)).toEqual(spec)
  })
})

describe('settings', () => {
  it('reach the panel, its section or the page, and wider ones show through', () => {
    const spec = defaultView()
    const built = build(spec)
    const fields = { settings: { x: 'time' }, y_scale: 'log', title: 'T' }
    expect(applyFields(spec, built, 'val/loss', fields, 'panel').automatic?.changed).toEqual({ 'val/loss': fields })
    const section = applyFields(spec, built, 'val/loss', fields, 'section')
    expect(section.automatic).toEqual({
      settings: { val: { x: 'time' } },
      changed: { 'val/loss': { y_scale: 'log', title: 'T' }, 'val/acc': { y_scale: 'log' } },
    })
    const all = applyFields(spec, built, 'val/loss', fields, 'all')
    expect(all.settings).toEqual({ x: 'time' })
    expect(Object.keys(all.automatic?.changed ?? {}).toSorted()).toEqual(['loss', 'train/loss', 'val/acc', 'val/loss'])
    expect(resetSettings(all, build(all), 'val/loss', 'all').settings).toBeUndefined()
    expect(resetSettings(section, build(section), 'val/loss', 'section').automatic?.settings).toBeUndefined()
  })

  it('that the panel has already get a wider reach', () => {
    const spec = applyFields(defaultView(), build(defaultView()), 'val/loss', { settings: { x: 'time' } }, 'panel')
    const wider = applyFields(spec, build(spec), 'val/loss', { settings: { x: 'time' } }, 'section')
    expect(wider.automatic).toEqual({ settings: { val: { x: 'time' } } })
  })

  it('of a section go when nothing is left of them', () => {
    const set = setSectionSettings(MANUAL, sectionOf(MANUAL, 'b'), { buckets: 9 })
    expect(set.sections?.[0]?.sections?.[0]?.settings).toEqual({ buckets: 9 })
    expect(setSectionSettings(set, sectionOf(set, 'b'), { buckets: undefined })).toEqual(MANUAL)
  })
})

it('the manual workspace begins as a copy and both are kept', () => {
  const spec = changePanel(defaultView(), build(defaultView()), 'loss', { y_scale: 'log' })
  const manual = startManual(spec, build(spec))
  expect(build(manual).sections.map(section => section.title)).toEqual(['Charts', 'train', 'val'])
  expect(build(manual).byId.get('loss')).toMatchObject({ y_scale: 'log' })
  expect(manual.automatic).toBe(spec.automatic)
  const back = setMode(manual, 'automatic')
  expect(back.sections).toBe(manual.sections)
  expect(setMode(back, 'automatic')).toBe(back)
})

it('another depth forgets which sections are folded: they are others', () => {
  const spec: ViewSpec = { ...defaultView(), automatic: { folded: ['val'] } }
  expect(setDepth(spec, 1).automatic).toEqual({ depth: 1 })
  expect(setDepth(setDepth(spec, 1), 0)).toEqual(defaultView())
})

it('there are six figures and no more', () => {
  let spec = defaultView()
  for (let i = 0; i < KPIS_MAX + 3; i++) spec = addKpi(spec, { kind: 'kpi', id: 'k' })
  expect(new Set(spec.kpis?.map(kpi => kpi.id)).size).toBe(KPIS_MAX)
})

describe('comparing runs', () => {
  it('makes one comparer and uses it again', () => {
    const [first, id] = compareRuns(defaultView(), build(defaultView()), ['a', 'b'])
    expect(build(first).byId.get(id)).toMatchObject({ kind: 'comparer', runs: ['a', 'b'] })
    const [second, same] = compareRuns(first, build(first), ['c', 'd', 'e'])
    expect(same).toBe(id)
    expect(build(second).byId.get(id)).toMatchObject({ runs: ['c', 'd', 'e'] })
    expect(build(second).panels).toHaveLength(build(first).panels.length)
  })

  it("leaves a person's own comparer alone", () => {
    const own = { id: 'mine', kind: 'comparer', title: 'Mine', runs: ['a'] }
    const [spec] = addPanels(MANUAL, null, [own])
    const [next, id] = compareRuns(spec, build(spec), ['x', 'y'])
    expect(build(next).panels.filter(panel => panel.kind === 'comparer')).toHaveLength(2)
    expect(build(next).byId.get(id)).toMatchObject({ runs: ['x', 'y'] })
  })
})
