/** Molecules from the usual text files: atoms, bonds, and the backbone of proteins. Pure. Formats: PDB, XYZ, MDL mol and sdf, mol2. */

export interface Atom {
  element: string
  x: number
  y: number
  z: number
}

export interface Molecule {
  atoms: readonly Atom[]
  /** Pairs of places in `atoms`. */
  bonds: readonly (readonly [number, number])[]
  /** Alpha carbons of each chain, in order. */
  chains: readonly (readonly Atom[])[]
}

export const READ_FORMATS: ReadonlySet<string> = new Set(['pdb', 'pqr', 'xyz', 'mol', 'sdf', 'sd', 'mol2'])

export class UnreadableMolecule extends Error {}

export function readMolecule(text: string, format: string): Molecule {
  const lines = text.split(/\r?\n/)
  const read =
    format === 'xyz'
      ? xyz(lines)
      : format === 'mol2'
        ? mol2(lines)
        : /^(mol|sdf|sd)$/.test(format)
          ? mol(lines)
          : pdb(lines)
  if (read.atoms.length === 0) throw new UnreadableMolecule(`the ${format} file names no atoms`)
  return read.bonds.length > 0 ? read : { ...read, bonds: bondsOf(read.atoms) }
}

const atomOf = (element: string, x: string, y: string, z: string): Atom | null => {
  const place = [x, y, z].map(Number)
  const letters = element.replaceAll(/[^A-Za-z]/g, '')
  const name = letters === '' ? 'C' : (letters[0] as string).toUpperCase() + letters.slice(1).toLowerCase()
  return place.every(Number.isFinite)
    ? { element: name, x: place[0] as number, y: place[1] as number, z: place[2] as number }
    : null
}

function pdb(lines: readonly string[]): Molecule {
  const atoms: Atom[] = []
  const chains = new Map<string, Atom[]>()
  for (const line of lines) {
    // Of several models the first is drawn.
    if (line.startsWith('ENDMDL')) break
    if (!line.startsWith('ATOM') && !line.startsWith('HETATM')) continue
    const name = line.slice(12, 16).trim()
    const element = line.slice(76, 78).trim() || name.replaceAll(/\d/g, '').slice(0, 1)
    const atom = atomOf(element, line.slice(30, 38), line.slice(38, 46), line.slice(46, 54))
    if (!atom) continue
    atoms.push(atom)
    if (name === 'CA' && line.startsWith('ATOM')) {
      const chain = line.slice(21, 22)
      const known = chains.get(chain)
      if (known) known.push(atom)
      else chains.set(chain, [atom])
    }
  }
  return { atoms, bonds: [], chains: [...chains.values()].filter(chain => chain.length > 3) }
}

function xyz(lines: readonly string[]): Molecule {
  const count = Number(lines[0])
  const rows = Number.isInteger(count) ? lines.slice(2, 2 + count) : lines
  const atoms = rows.flatMap(line => {
    const [element = '', x = '', y = '', z = ''] = line.trim().split(/\s+/)
    return (z === '' ? null : atomOf(element, x, y, z)) ?? []
  })
  return { atoms, bonds: [], chains: [] }
}

/** The counts stand in the fourth line, three letters each. */
function mol(lines: readonly string[]): Molecule {
  const counts = lines[3] ?? ''
  const [atomCount, bondCount] = [Number(counts.slice(0, 3)), Number(counts.slice(3, 6))]
  const atoms = lines.slice(4, 4 + atomCount).flatMap(line => {
    const [x = '', y = '', z = '', element = ''] = line.trim().split(/\s+/)
    return atomOf(element, x, y, z) ?? []
  })
  const bonds = lines
    .slice(4 + atomCount, 4 + atomCount + bondCount)
    .map(line => [Number(line.slice(0, 3)) - 1, Number(line.slice(3, 6)) - 1] as const)
  return { atoms, bonds: within(bonds, atoms.length), chains: [] }
}

function mol2(lines: readonly string[]): Molecule {
  const atoms: Atom[] = []
  const bonds: (readonly [number, number])[] = []
  let part = ''
  for (const line of lines) {
    if (line.startsWith('@<TRIPOS>')) part = line.slice(9).trim()
    else if (part === 'ATOM') {
      const [, , x = '', y = '', z = '', type = ''] = line.trim().split(/\s+/)
      const atom = type === '' ? null : atomOf(type.split('.')[0] as string, x, y, z)
      if (atom) atoms.push(atom)
    } else if (part === 'BOND') {
      const [, a, b] = line.trim().split(/\s+/).map(Number)
      if (a && b) bonds.push([a - 1, b - 1])
    }
  }
  return { atoms, bonds: within(bonds, atoms.length), chains: [] }
}

const within = (bonds: readonly (readonly [number, number])[], count: number): (readonly [number, number])[] =>
  bonds.filter(bond => bond.every(at => at >= 0 && at < count))

/** Covalent radii in ångström: Cordero et al., Dalton Trans. 2008, 2832. */
const RADII: Record<string, number> = {
  H: 0.31,
  C: 0.76,
  N: 0.71,
  O: 0.66,
  F: 0.57,
  P: 1.07,
  S: 1.05,
  Cl: 1.02,
  Br: 1.2,
  I: 1.39,
}
const RADIUS = 1.2
const SLACK = 0.4

/** Atoms nearer than their radii and a little are bound. A grid keeps it linear. */
export function bondsOf(atoms: readonly Atom[]): (readonly [number, number])[] {
  const side = 3.2
  const grid = new Map<string, number[]>()
  const keyOf = (x: number, y: number, z: number): string => `${x},${y},${z}`
  const bonds: (readonly [number, number])[] = []
  atoms.forEach((atom, i) => {
    const [cx, cy, cz] = [Math.floor(atom.x / side), Math.floor(atom.y / side), Math.floor(atom.z / side)]
    for (let dx = -1; dx <= 1; dx++)
      for (let dy = -1; dy <= 1; dy++)
        for (let dz = -1; dz <= 1; dz++)
          for (const k of grid.get(keyOf(cx + dx, cy + dy, cz + dz)) ?? []) {
            const other = atoms[k] as Atom
            const distance = Math.hypot(atom.x - other.x, atom.y - other.y, atom.z - other.z)
            const most = (RADII[atom.element] ?? RADIUS) + (RADII[other.element] ?? RADIUS) + SLACK
            if (distance > 0.4 && distance < most) bonds.push([k, i])
          }
    const key = keyOf(cx, cy, cz)
    const cell = grid.get(key)
    if (cell) cell.push(i)
    else grid.set(key, [i])
  })
  return bonds
}

/** As chemists colour them (CPK). */
export function elementColour(element: string): number {
  return (
    {
      H: 0xe8e8e8,
      C: 0x7c8594,
      N: 0x4a6cff,
      O: 0xf04438,
      F: 0x5fcf6a,
      P: 0xff9436,
      S: 0xf2c94c,
      Cl: 0x41b84f,
      Br: 0xa5482a,
      I: 0x8b3fb0,
      Fe: 0xd9772e,
      Mg: 0x3f9b3f,
      Zn: 0x8a8fb0,
      Ca: 0x9a9a5c,
      Na: 0x8c5cd6,
    }[element] ?? 0xd16ba5
  )
}
