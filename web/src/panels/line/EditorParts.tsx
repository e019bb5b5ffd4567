/** Small parts of the line panel's settings. */

import { Field, NumberInput } from '../../ui/form'
import type { OpenRange } from '../schema'

export type Choices<T extends string> = Readonly<Record<T, string>>

export const choices = <T extends string>(names: Choices<T>): { value: T; label: string }[] =>
  (Object.entries(names) as [T, string][]).map(([value, label]) => ({ value, label }))

/** From and to; left empty, the data say. */
export function Range({
  label,
  value,
  onChange,
}: {
  label: string
  value: OpenRange | undefined
  onChange: (range: OpenRange | undefined) => void
}) {
  const [from, to] = value ?? [null, null]
  const set = (low: number | null, high: number | null): void =>
    onChange(low === null && high === null ? undefined : [low, high])
  const isWrong = from !== null && to !== null && from >= to
  return (
    <Field label={`${label} from`} help={isWrong ? 'From is not below to: the data say the range.' : undefined}>
      <NumberInput label={`${label} from`} value={from} placeholder="fitted" onChange={next => set(next, to)} />
      <span className="t3">to</span>
      <NumberInput label={`${label} to`} value={to} placeholder="fitted" onChange={next => set(from, next)} />
    </Field>
  )
}
