/** What the person chose, else what the system says. */
export function themeNow(): 'light' | 'dark' {
  const chosen = document.documentElement.dataset['theme']
  if (chosen === 'light' || chosen === 'dark') return chosen
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'
}

export function switchTheme(): void {
  document.documentElement.dataset['theme'] = themeNow() === 'dark' ? 'light' : 'dark'
}
