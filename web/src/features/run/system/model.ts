/**
 * What a machine's readings say about a run: which devices idle, how much memory is left, and what to change. Pure; the keys are those
 * of `assay.sync.sources`.
 */

export interface Reading {
  key: string
  /** Seconds since the epoch. */
  x: ArrayLike<number>
  y: ArrayLike<number>
}

export interface Place {
  node: string
  kind: 'gpu' | 'cpu' | 'memory' | 'disk' | 'network' | 'process' | 'other'
  /** The GPU's number; −1 for all else. */
  device: number
  name: string
}

/** `gpu.0.memoryAllocated/l:node-2` → node-2, GPU 0, memoryAllocated. */
export function placeOfKey(key: string): Place {
  const [bare = '', node = ''] = key.split('/l:')
  const gpu = /^gpu\.(\d+)\.(.+)$/.exec(bare)
  if (gpu) return { node, kind: 'gpu', device: Number(gpu[1]), name: gpu[2] as string }
  const own = /^gpu\.process\.(\d+)\.(.+)$/.exec(bare)
  if (own) return { node, kind: 'process', device: Number(own[1]), name: `gpu.${own[2]}` }
  const kind =
    bare === 'cpu' || (bare.startsWith('proc.') && bare !== 'proc.memory.availableMB')
      ? 'process'
      : bare.startsWith('cpu.')
        ? 'cpu'
        : bare === 'memory_percent' || bare === 'swap_percent' || bare === 'proc.memory.availableMB'
          ? 'memory'
          : bare.startsWith('disk.')
            ? 'disk'
            : bare.startsWith('network.')
              ? 'network'
              : 'other'
  return { node, kind, device: -1, name: bare }
}

export interface Stats {
  count: number
  mean: number
  max: number
  last: number
}

export function statsOf(y: ArrayLike<number>): Stats {
  let count = 0
  let sum = 0
  let max = Number.NEGATIVE_INFINITY
  let last = Number.NaN
  for (let i = 0; i < y.length; i++) {
    const value = y[i] as number
    if (!Number.isFinite(value)) continue
    count++
    sum += value
    max = Math.max(max, value)
    last = value
  }
  return { count, mean: count > 0 ? sum / count : Number.NaN, max: count > 0 ? max : Number.NaN, last }
}

/** Below so much use, in percent, a device counts as idle. */
export const IDLE_BELOW = 20

/** The share of readings in which a device is idle. */
export function idleShare(y: ArrayLike<number>): number {
  let count = 0
  let idle = 0
  for (let i = 0; i < y.length; i++) {
    const value = y[i] as number
    if (!Number.isFinite(value)) continue
    count++
    if (value < IDLE_BELOW) idle++
  }
  return count > 0 ? idle / count : 0
}

export interface Device {
  node: string
  index: number
  use: Stats
  idle: number
  /** The most memory held at once, in bytes, of the total; NaN where the card does not say. */
  memory: number
  memoryTotal: number
  power: Stats
  powerLimit: number
}

/** The GPUs with what was read of them. With processes of the run on some, only those: the others are somebody else's. */
export function devicesOf(readings: readonly Reading[]): Device[] {
  const byDevice = new Map<string, { node: string; index: number; fields: Map<string, ArrayLike<number>> }>()
  const own = new Set<string>()
  for (const { key, y } of readings) {
    const place = placeOfKey(key)
    if (place.device < 0 || y.length === 0) continue
    const id = `${place.node}/${place.device}`
    if (place.kind === 'process') {
      own.add(id)
      continue
    }
    const known = byDevice.get(id) ?? {
      node: place.node,
      index: place.device,
      fields: new Map<string, ArrayLike<number>>(),
    }
    byDevice.set(id, known)
    known.fields.set(place.name, y)
  }
  return [...byDevice]
    .filter(([id]) => own.size === 0 || own.has(id))
    .map(([, { node, index, fields }]) => {
      const get = (name: string): ArrayLike<number> => fields.get(name) ?? []
      const memory = statsOf(get('memoryAllocatedBytes')).max
      const share = statsOf(get('memoryAllocated')).max
      return {
        node,
        index,
        use: statsOf(get('gpu')),
        idle: idleShare(get('gpu')),
        memory,
        memoryTotal: share > 0 ? memory / (share / 100) : Number.NaN,
        power: statsOf(get('powerWatts')),
        powerLimit: statsOf(get('enforcedPowerLimitWatts')).last,
      }
    })
    .toSorted((a, b) => a.node.localeCompare(b.node) || a.index - b.index)
}

export interface Advice {
  /** What was found, to stand in strong type. */
  fact: string
  /** Why, and what to change. */
  reason: string
}

const GB = 1e9
const IDLE_FROM = 0.1
const UNUSED_BELOW = 5
const HEADROOM_FROM = 0.35
const FEW = 6

interface Circumstances {
  config: Record<string, unknown>
  cpuCount: number
}

/** One sentence at most: fact, reason, change. Null for a run that uses what it has, or that has told too little. */
export function adviceOf(readings: readonly Reading[], { config, cpuCount }: Circumstances): Advice | null {
  const devices = devicesOf(readings).filter(device => device.use.count >= FEW)
  const unused = devices.filter(device => device.use.max < UNUSED_BELOW)
  if (devices.length > 1 && unused.length > 0 && unused.length < devices.length) {
    const names = unused.map(device => device.index).join(', ')
    return {
      fact: `${unused.length === 1 ? `GPU ${names} is` : `GPUs ${names} are`} not used at all`,
      reason: 'the job holds devices it has no process on: start one process per device, or ask for fewer.',
    }
  }
  const idle = devices.toSorted((a, b) => b.idle - a.idle)[0]
  const free = freeMemory(devices)
  const batch = entry(config, ['batch_size', 'batch', 'per_device_train_batch_size', 'train_batch_size'])
  const workers = entry(config, ['num_workers', 'workers', 'dataloader_num_workers'])
  const room =
    free && batch
      ? `${formatGb(free)} a device are free: raise ${batch.key} ${batch.value} → ${batch.value * 2}`
      : free
        ? `${formatGb(free)} a device are free: the batch can grow`
        : ''
  if (idle && idle.idle >= IDLE_FROM) {
    const cpu = statsOf(readings.find(reading => placeOfKey(reading.key).name === 'cpu.all.cpu_percent')?.y ?? [])
    const isCpuBound = cpu.count >= FEW && cpu.mean > 85
    const change = isCpuBound
      ? 'the processors are full: move work off the loader, or cache what it makes'
      : workers
        ? `the loader is behind: raise ${workers.key} ${workers.value} → ${moreWorkers(workers.value, cpuCount)}`
        : 'it waits, most often for data: give the loader more workers'
    return {
      fact: `GPU ${idle.index}${idle.node ? ` of ${idle.node}` : ''} idles ${Math.round(idle.idle * 100)} % of the time`,
      reason: `${change}${room ? `; ${room}` : ''}.`,
    }
  }
  if (room)
    return { fact: `${formatGb(free)} of memory a device are free`, reason: `${room.slice(room.indexOf(': ') + 2)}.` }
  if (devices.length > 0) return null
  return cpuAdvice(readings, workers, cpuCount)
}

function cpuAdvice(
  readings: readonly Reading[],
  workers: { key: string; value: number } | null,
  cpuCount: number,
): Advice | null {
  const memory = statsOf(readings.find(reading => placeOfKey(reading.key).name === 'memory_percent')?.y ?? [])
  if (memory.count >= FEW && memory.max > 92) {
    return {
      fact: `The machine's memory was ${Math.round(memory.max)} % full`,
      reason: 'processes may be ended for it: make the batch smaller or start fewer workers.',
    }
  }
  const own = statsOf(readings.find(reading => reading.key === 'cpu')?.y ?? [])
  if (own.count >= FEW && own.mean < 100 / Math.max(1, cpuCount) + 5 && cpuCount >= 4) {
    return {
      fact: `The run uses ${Math.round((own.mean / 100) * cpuCount * 10) / 10} of ${cpuCount} processors`,
      reason: workers
        ? `raise ${workers.key} ${workers.value} → ${moreWorkers(workers.value, cpuCount)}.`
        : 'it works in one thread: more threads or workers would be used.',
    }
  }
  return null
}

/** The least memory that was free on every device at every time, in bytes, where it is a good part of the card. */
export function freeMemory(devices: readonly Device[]): number {
  const free = devices.map(device => (device.memoryTotal - device.memory) / device.memoryTotal)
  if (free.length === 0 || free.some(share => !(share >= HEADROOM_FROM))) return 0
  return Math.min(...devices.map(device => device.memoryTotal - device.memory))
}

const moreWorkers = (now: number, cpuCount: number): number =>
  Math.max(now + 1, Math.min(cpuCount > 0 ? cpuCount : now * 2, Math.ceil(now * 1.75)))

export const formatGb = (bytes: number): string => `${Math.round(bytes / GB)} GB`

/** A whole number of the config under one of these names, however deep. */
function entry(config: Record<string, unknown>, names: readonly string[]): { key: string; value: number } | null {
  let found: { key: string; value: number } | null = null
  const look = (node: Record<string, unknown>, path: string): void => {
    for (const [name, value] of Object.entries(node)) {
      const key = path ? `${path}.${name}` : name
      if (typeof value === 'number' && Number.isInteger(value) && value > 0 && names.includes(name))
        found ??= { key, value }
      else if (typeof value === 'object' && value !== null && !Array.isArray(value))
        look(value as Record<string, unknown>, key)
    }
  }
  look(config, '')
  return found
}
