import { describe, expect, it } from 'vitest'
import type { Box3D, Point3, SceneFrame } from '../values'
import { boxes3D } from '../values'
import { cornersOf3D, countsOf, EDGES, edgesOf, projected, rotated, shownBoxes3D } from './boxes'
import { coloursOf, extentOf, readCloud } from './cloud'
import { frameAt } from './frames'
import { bondsOf, readMolecule } from './molecule'

function points(head: object, ...columns: ArrayBufferView[]): Uint8Array {
  const text = JSON.stringify(head)
  const line = `${text}${' '.repeat((4 - ((text.length + 1) % 4)) % 4)}\n`
  const parts = [new TextEncoder().encode(line), ...columns.map(one => new Uint8Array(one.buffer))]
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

const HEAD = { assay: 'points', version: 1, count: 2 }
const XYZ = Float32Array.from([0, 1, 2, 3, 4, 5])

describe('point clouds', () => {
  it('are read as they lie, with each kind of colour', () => {
    expect([...readCloud(points({ ...HEAD, color: 'none' }, XYZ)).positions]).toEqual([0, 1, 2, 3, 4, 5])
    const rgb = readCloud(points({ ...HEAD, color: 'rgb', later: true }, XYZ, Uint8Array.from([1, 2, 3, 4, 5, 6])))
    expect([...(rgb.rgb ?? [])]).toEqual([1, 2, 3, 4, 5, 6])
    const category = readCloud(points({ ...HEAD, color: 'category' }, XYZ, Uint16Array.from([7, 70_000 % 65_536])))
    expect([...(category.category ?? [])]).toEqual([7, 4464])
    const heat = readCloud(points({ ...HEAD, color: 'intensity' }, XYZ, Float32Array.from([0.5, 1.5])))
    expect([...(heat.intensity ?? [])]).toEqual([0.5, 1.5])
  })
  it('that are none, of another version or too short are refused with the reason', () => {
    expect(() => readCloud(new Uint8Array(10))).toThrow('line of JSON')
    expect(() => readCloud(points({ assay: 'mesh' }))).toThrow('does not say that it holds points')
    expect(() => readCloud(points({ ...HEAD, version: 2 }, XYZ))).toThrow('version 2')
    expect(() => readCloud(points({ ...HEAD, count: 3 }, XYZ))).toThrow('before its 3 points')
  })
  it('are seen whole in spite of a stray point', () => {
    const positions = new Float32Array(3 * 1000).fill(1)
    positions[0] = 1e9
    expect(extentOf({ count: 1000, positions, rgb: null, category: null, intensity: null }).high[0]).toBe(1)
  })
  it('are coloured by their own, by height, or plainly', () => {
    const cloud = readCloud(points({ ...HEAD, color: 'none' }, XYZ))
    const ramp = [
      [0, 0, 0],
      [255, 255, 255],
    ] as const
    const by = (how: 'own' | 'height') => [...coloursOf(cloud, how, ramp, [9, 9, 9], () => [1, 1, 1])]
    expect(by('own')).toEqual([9, 9, 9, 9, 9, 9])
    expect(by('height')).toEqual([0, 0, 0, 255, 255, 255])
  })
})

const box = (fields: object): Box3D => boxes3D([{ center: [0, 0, 0], size: [2, 4, 6], ...fields }])[0] as Box3D

describe('boxes in space', () => {
  it('have corners half their size from the middle, turned about it', () => {
    expect(cornersOf3D(box({}))[7]).toEqual([1, 2, 3])
    const half = Math.SQRT1_2
    const [x, y, z] = rotated([1, 0, 0], [0, 0, half, half])
    expect([x, y, z].map(one => Math.round(one * 1e6) / 1e6)).toEqual([0, 1, 0])
  })
  it('given by corners keep them and find their edges in both usual orders', () => {
    const grid = cornersOf3D(box({}))
    expect(edgesOf(box({ corners: grid }))).toBe(EDGES)
    const around = [0, 1, 3, 2, 4, 5, 7, 6].map(i => grid[i] as Point3)
    const lengths = edgesOf(box({ corners: around })).map(([a, b]) => {
      const [p, q] = [around[a] as Point3, around[b] as Point3]
      return Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2])
    })
    expect(lengths.toSorted((a, b) => a - b)).toEqual([2, 2, 2, 2, 4, 4, 4, 4, 6, 6, 6, 6])
  })
  it('are hidden by label, layer and score; one without a score stays', () => {
    const all = [
      box({ label: 'car', score: 0.9, layer: 'truth' }),
      box({ label: 'van', score: 0.2 }),
      box({ label: 'car' }),
    ]
    expect(shownBoxes3D(all, { hidden: ['label:car'], score: null })).toHaveLength(1)
    expect(shownBoxes3D(all, { hidden: ['layer:truth'], score: null })).toHaveLength(2)
    expect(shownBoxes3D(all, { hidden: [], score: 0.5 })).toHaveLength(2)
    expect(countsOf(all)).toEqual({
      labels: [
        { name: 'car', count: 2 },
        { name: 'van', count: 1 },
      ],
      layers: [{ name: 'truth', count: 1 }],
      scores: [0.2, 0.9],
    })
  })
  it('stand where a camera sees them, and nowhere behind it', () => {
    const camera = {
      intrinsics: [
        [500, 0, 320],
        [0, 500, 240],
        [0, 0, 1],
      ],
      extrinsics: [
        [1, 0, 0, 0],
        [0, 1, 0, 0],
        [0, 0, 1, 0],
        [0, 0, 0, 1],
      ],
    }
    expect(projected([1, 0.5, 5], camera)).toEqual([420, 290])
    expect(projected([1, 0.5, -5], camera)).toBeNull()
  })
})

it('a sequence shows the newest frame up to a time', () => {
  const frames = [0, 0.1, 0.2].map(time => ({ time }) as SceneFrame)
  expect([null, 0.15, 9, -1].map(time => frameAt(frames, time)?.time)).toEqual([0, 0.1, 0.2, 0])
})

describe('molecules', () => {
  const PDB = [
    'ATOM      1  N   ALA A   1      -0.525   1.362   0.000  1.00  0.00           N',
    'ATOM      2  CA  ALA A   1       0.000   0.000   0.000  1.00  0.00           C',
    'ENDMDL',
    'ATOM      3  C   ALA A   1       1.520   0.000   0.000  1.00  0.00           C',
  ].join('\n')
  it('are read from PDB, of several models the first', () => {
    const { atoms, bonds } = readMolecule(PDB, 'pdb')
    expect(atoms.map(atom => atom.element)).toEqual(['N', 'C'])
    expect(bonds).toEqual([[0, 1]])
  })
  it('are read from XYZ, mol and mol2', () => {
    expect(readMolecule('2\nwater\nO 0 0 0\nH 0 0 0.96', 'xyz').bonds).toEqual([[0, 1]])
    const mol = `\n\n\n  2  1  0\n    0.0000    0.0000    0.0000 C   0\n    1.2000    0.0000    0.0000 O   0\n  1  2  2  0\n`
    expect(readMolecule(mol, 'mol')).toMatchObject({ bonds: [[0, 1]], atoms: [{ element: 'C' }, { element: 'O' }] })
    const mol2 = '@<TRIPOS>ATOM\n1 C1 0 0 0 C.3\n2 N1 1.4 0 0 N.am\n@<TRIPOS>BOND\n1 1 2 1\n'
    expect(readMolecule(mol2, 'mol2')).toMatchObject({ bonds: [[0, 1]], atoms: [{ element: 'C' }, { element: 'N' }] })
  })
  it('without atoms are refused', () => {
    expect(() => readMolecule('nothing', 'xyz')).toThrow('names no atoms')
  })
  it('bind what is near, in linear time', () => {
    const chain = Array.from({ length: 5000 }, (_, i) => ({ element: 'C', x: i * 1.5, y: 0, z: 0 }))
    expect(bondsOf(chain)).toHaveLength(4999)
  })
})
