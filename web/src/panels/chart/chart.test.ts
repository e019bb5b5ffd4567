import { compile, type TopLevelSpec } from 'vega-lite'
import { describe, expect, it } from 'vitest'
import { PRESETS, presetOf } from './presets'
import { presetName } from '../../data/presets'
import { byRun, chartTitle, columnOf, filled, missingSlots, rowsOfTable, slotsOf, specOf } from './schema'

describe('rows of several runs', () => {
  const rows = [
    { run: 'a', x: 1 },
    { run: 'b', x: 1 },
  ]
  it('are told apart by colour', () => {
    expect(byRun(['x', 'colour'], { x: 'step' }, rows)).toEqual({
      fields: { x: 'step', colour: 'run' },
      rows: [
        { run: 'a', x: 1, colour: 'a' },
        { run: 'b', x: 1, colour: 'b' },
      ],
    })
  })
  it('are left as they are where colour says something else, or the chart has none, or the run is an axis', () => {
    for (const [slots, fields] of [
      [['x', 'colour'], { x: 'step', colour: 'kind' }],
      [['x'], { x: 'step' }],
      [['x', 'colour'], { x: 'run' }],
    ] as const)
      expect(byRun(slots, fields, rows)).toEqual({ fields, rows })
    expect(byRun(['colour'], {}, rows.slice(0, 1))).toEqual({ fields: {}, rows: rows.slice(0, 1) })
  })
})

describe('slots', () => {
  const spec = {
    title: '${string:title}',
    mark: 'line',
    encoding: {
      x: { field: '${field:x}', type: 'quantitative' },
      color: { field: '${field:colour}', type: 'nominal' },
    },
  }
  it('are found once each', () => {
    expect(slotsOf([spec, spec])).toEqual({ fields: ['x', 'colour'], strings: ['title'] })
  })
  it('are filled with columns of their own names, titled by the key', () => {
    const made = filled(spec, { x: 'config.opt.lr', colour: '' }, { title: 'Rates' })
    expect(made).toEqual({
      title: 'Rates',
      mark: 'line',
      encoding: { x: { field: 'x', type: 'quantitative', title: 'opt.lr' } },
    })
  })
  it('that stay empty take their title along', () => {
    expect('title' in filled(spec, { x: 'a', colour: 'b' }, {})).toBe(false)
  })
  it('must be filled unless their preset says they may stay empty', () => {
    const line = presetOf('wandb/line/v0')
    expect(line?.name).toBe('line')
    expect(missingSlots(slotsOf(line?.spec), 'line', { x: 'a' })).toEqual(['y'])
  })
})

it('rows of a table have a column for each slot', () => {
  const table = { columns: ['epoch', 'a.b'], data: [[1, 2], 'damaged', [3, null]] }
  expect(rowsOfTable(table, { x: 'epoch', 'y axis': 'a.b', z: 'gone' }, { run: 'r' })).toEqual([
    { run: 'r', x: 1, [columnOf('y axis')]: 2 },
    { run: 'r', x: 3, y_axis: null },
  ])
  expect(() => rowsOfTable([], {})).toThrow('no columns')
})

it('a specification of one’s own comes before a preset; an unknown preset is none', () => {
  expect(specOf({ spec: { mark: 'bar' }, preset: 'line' })).toEqual({ mark: 'bar' })
  expect(specOf({ spec: {}, preset: 'line' })).toBe(presetOf('line')?.spec)
  expect(specOf({ preset: 'unheard-of' })).toBeNull()
})

it.each(PRESETS)('the preset $name is a chart that compiles', preset => {
  const fields = Object.fromEntries(preset.fields.map(slot => [slot.replace('?', ''), 'k']))
  const spec = { ...filled(preset.spec, fields, { title: 'T' }), data: { values: [] } }
  expect(compile(spec as unknown as TopLevelSpec).spec.marks?.length).toBeGreaterThan(0)
  expect(slotsOf(preset.spec).fields.toSorted()).toEqual(Object.keys(fields).toSorted())
})

describe('a preset of a team', () => {
  it('is told from ours by its name, with the version where one is named', () => {
    expect(presetName('red/rates')).toEqual({ entity: 'red', name: 'rates', revision: null })
    expect(presetName('red/rates/v12')).toEqual({ entity: 'red', name: 'rates', revision: 12 })
    for (const ours of [
      '',
      'line',
      'wandb/line',
      'wandb/line/v0',
      'red/rates/newest',
      'red//v1',
      'red/',
      '/rates',
      'a/b/v1/c',
    ])
      expect(presetName(ours)).toBeNull()
  })
  it('titles a chart that says nothing itself, and is not looked for among ours', () => {
    expect(chartTitle({ kind: 'chart', id: 'c', preset: 'red/rates/v2' })).toBe('rates')
    expect(chartTitle({ kind: 'chart', id: 'c', preset: 'red/rates', strings: { title: 'Rates' } })).toBe('Rates')
    expect(specOf({ preset: 'red/line' })).toBeNull()
  })
})
