/** Plain values as YAML 1.2: block style, keys as they came, strings quoted where they could be read as something else. */

import { ExactInteger } from '../../data/exactIntegers'

export function toYaml(value: unknown, indent = 0): string {
  const pad = '  '.repeat(indent)
  if (Array.isArray(value)) {
    if (value.length === 0) return `${pad}[]\n`
    return value.map(item => `${pad}- ${nested(item, indent)}`).join('')
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value)
    if (entries.length === 0) return `${pad}${flat(value)}\n`
    return entries
      .map(([key, item]) => {
        const isBlock = typeof item === 'object' && item !== null && Object.keys(item).length > 0
        return isBlock ? `${pad}${word(key)}:\n${toYaml(item, indent + 1)}` : `${pad}${word(key)}: ${flat(item)}\n`
      })
      .join('')
  }
  return `${pad}${flat(value)}\n`
}

/** An item of a list: its first line stands behind the dash. */
function nested(item: unknown, indent: number): string {
  if (typeof item === 'object' && item !== null && Object.keys(item).length > 0)
    return toYaml(item, indent + 1).slice((indent + 1) * 2)
  return `${flat(item)}\n`
}

function flat(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  if (value instanceof ExactInteger) return String(value)
  if (Array.isArray(value)) return '[]'
  if (typeof value === 'object') return '{}'
  if (typeof value === 'number')
    return Number.isNaN(value) ? '.nan' : Number.isFinite(value) ? String(value) : value > 0 ? '.inf' : '-.inf'
  return typeof value === 'string'
    ? word(value)
    : typeof value === 'boolean'
      ? String(value)
      : word(JSON.stringify(value))
}

const PLAIN = /^[A-Za-z_][\w ./+()-]*$/
const MEANT = /^(?:true|false|yes|no|on|off|null|y|n)$/i

function word(text: string): string {
  return PLAIN.test(text) && !MEANT.test(text) && text.trim() === text ? text : JSON.stringify(text)
}
