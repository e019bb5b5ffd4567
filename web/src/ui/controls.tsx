/** Small inputs: text field with its label, segmented choice, switch, checkbox, slider. */
import { Checkbox as RadixCheckbox, Slider as RadixSlider, Switch as RadixSwitch } from 'radix-ui'
import { type ComponentPropsWithRef, type ReactNode, useId, useRef } from 'react'
import { cx } from './cx'
import { Icon, type IconName } from './icons'

export interface TextInputProps extends ComponentPropsWithRef<'input'> {
  icon?: IconName
  /** Stands at the right end: a key cap, a unit, a button. */
  after?: ReactNode
  isBad?: boolean
}

/** Without a visible label give `aria-label`. */
export function TextInput({ icon, after, isBad, className, ...rest }: TextInputProps) {
  return (
    <span className={cx('input', isBad && 'bad', className)}>
      {icon && <Icon name={icon} size={14} />}
      <input autoComplete="off" spellCheck={false} {...rest} aria-invalid={isBad || undefined} />
      {after}
    </span>
  )
}

/** A labelled text field with a line of help, or of what is wrong with it. */
export function Field({
  label,
  help,
  error,
  ...rest
}: TextInputProps & { label: string; help?: ReactNode; error?: string | undefined }) {
  const id = useId()
  const note = error ?? help
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <TextInput
        id={id}
        isBad={error !== undefined}
        {...rest}
        {...(note ? { 'aria-describedby': `${id}-note` } : {})}
      />
      {note && (
        <span id={`${id}-note`} className={cx('help', error !== undefined && 'bad')} role={error ? 'alert' : undefined}>
          {note}
        </span>
      )}
    </div>
  )
}

/** One of a few, all in sight. */
export function Segmented<T extends string>({
  label,
  value,
  options,
  onChange,
  small,
  isWide,
  className,
}: {
  label: string
  value: T
  options: readonly { value: T; label: ReactNode; icon?: IconName }[]
  onChange: (value: T) => void
  small?: boolean
  isWide?: boolean
  className?: string
}) {
  return (
    <span className={cx('seg', small && 'sm', isWide && 'wide', className)} role="group" aria-label={label}>
      {options.map(option => (
        <button
          key={option.value}
          type="button"
          aria-pressed={option.value === value}
          onClick={() => onChange(option.value)}
        >
          {option.icon && <Icon name={option.icon} size={14} />}
          {option.label}
        </button>
      ))}
    </span>
  )
}

export function Switch({
  id,
  label,
  isOn,
  onChange,
}: {
  id?: string
  label: string
  isOn: boolean
  onChange: (on: boolean) => void
}) {
  return (
    <RadixSwitch.Root id={id} className="switch" aria-label={label} checked={isOn} onCheckedChange={onChange}>
      <RadixSwitch.Thumb />
    </RadixSwitch.Root>
  )
}

export function Checkbox({
  label,
  value,
  onChange,
}: {
  label: string
  value: boolean | 'mixed'
  onChange: (checked: boolean) => void
}) {
  return (
    <RadixCheckbox.Root
      className="check"
      aria-label={label}
      checked={value === 'mixed' ? 'indeterminate' : value}
      onCheckedChange={next => onChange(next === true)}
    >
      {value === true && <Icon name="check" size={12} />}
    </RadixCheckbox.Root>
  )
}

export function Slider({
  label,
  value,
  min = 0,
  max = 1,
  step = 0.01,
  onChange,
  onCommit,
}: {
  label: string
  value: number
  min?: number
  max?: number
  step?: number
  /** While it is dragged, or a key is held. */
  onChange: (value: number) => void
  /** When it is let go, after the last `onChange`. */
  onCommit?: (value: number) => void
}) {
  // Radix commits a key's step before it tells of it, and a drag back to where it began not at all.
  const moved = useRef<number | null>(null)
  const letGo = (): void => {
    if (moved.current === null) return
    const last = moved.current
    moved.current = null
    onCommit?.(last)
  }
  return (
    <RadixSlider.Root
      className="slider"
      value={[value]}
      min={min}
      max={max}
      step={step}
      onValueChange={([next]) => {
        if (next === undefined) return
        moved.current = next
        onChange(next)
      }}
      onLostPointerCapture={letGo}
      onKeyUp={letGo}
      onBlur={letGo}
    >
      <RadixSlider.Track className="track">
        <RadixSlider.Range className="range" />
      </RadixSlider.Track>
      <RadixSlider.Thumb className="thumb" aria-label={label} />
    </RadixSlider.Root>
  )
}
