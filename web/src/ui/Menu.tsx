/** Menus: what a button or a right click opens. Items may be named actions, so that label, icon and keys come from the table. */
import { DropdownMenu } from 'radix-ui'
import type { ReactElement, ReactNode } from 'react'
import { cx } from './cx'
import { Icon, type IconName } from './icons'
import { Kbd } from './Kbd'

export function Menu({
  trigger,
  children,
  align = 'start',
  label,
  className,
}: {
  trigger: ReactElement
  children: ReactNode
  align?: 'start' | 'center' | 'end'
  label?: string
  className?: string
}) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          className={cx('pop menu', className)}
          align={align}
          sideOffset={4}
          collisionPadding={8}
          {...(label ? { 'aria-label': label } : {})}
        >
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}

export interface MenuItemProps {
  icon?: IconName
  keys?: string | undefined
  isDanger?: boolean
  /** Given: the item is off, and this says why. */
  why?: string | undefined
  onSelect: () => void
  children: ReactNode
}

export function MenuItem({ icon, keys, isDanger, why, onSelect, children }: MenuItemProps) {
  return (
    <DropdownMenu.Item className={cx('menu-i', isDanger && 'danger')} disabled={why !== undefined} onSelect={onSelect}>
      {icon && <Icon name={icon} />}
      {children}
      {why !== undefined ? <span className="why">{why}</span> : keys && <Kbd keys={keys} />}
    </DropdownMenu.Item>
  )
}

/** One of several: a tick stands at the chosen one. */
export function MenuChoice<T extends string>({
  value,
  options,
  onChange,
}: {
  value: T
  options: readonly { value: T; label: ReactNode; icon?: IconName }[]
  onChange: (value: T) => void
}) {
  return (
    <DropdownMenu.RadioGroup value={value} onValueChange={next => onChange(next as T)}>
      {options.map(option => (
        <DropdownMenu.RadioItem key={option.value} value={option.value} className="menu-i">
          {option.icon && <Icon name={option.icon} />}
          {option.label}
          <DropdownMenu.ItemIndicator className="right">
            <Icon name="check" />
          </DropdownMenu.ItemIndicator>
        </DropdownMenu.RadioItem>
      ))}
    </DropdownMenu.RadioGroup>
  )
}

export function MenuCheck({
  isChecked,
  onChange,
  children,
}: {
  isChecked: boolean
  onChange: (checked: boolean) => void
  children: ReactNode
}) {
  return (
    <DropdownMenu.CheckboxItem
      className="menu-i"
      checked={isChecked}
      onCheckedChange={onChange}
      onSelect={event => event.preventDefault()}
    >
      <span className="check" data-state={isChecked ? 'checked' : 'unchecked'}>
        {isChecked && <Icon name="check" size={12} />}
      </span>
      {children}
    </DropdownMenu.CheckboxItem>
  )
}

export const MenuLabel = ({ children }: { children: ReactNode }) => (
  <DropdownMenu.Label className="menu-cap">{children}</DropdownMenu.Label>
)

export const MenuSeparator = () => <DropdownMenu.Separator className="menu-sep" />
