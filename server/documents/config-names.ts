/** What a config file is called where no option names it. */
export const configNames: readonly string[] = ['backstock.config.yaml', 'backstock.config.yml', 'backstock.config.json']
