import { theme, themes } from './theme.js'

const names = { system: 'As the system', light: 'Light', dark: 'Dark' } as const

export function ThemeSwitch() {
  return (
    <label class="field">
      <span class="unseen">Colours</span>
      <select
        value={theme.value}
        onChange={({ currentTarget }) => {
          theme.value = themes.find((each) => each === currentTarget.value) ?? 'system'
        }}
      >
        {themes.map((each) => (
          <option key={each} value={each}>
            {names[each]}
          </option>
        ))}
      </select>
    </label>
  )
}
