import type { Need } from './programs';

const SYSTEMS: readonly {
  readonly name: string;
  readonly packages: Readonly<Record<Need, string>>;
  readonly install: string;
}[] = [
  {
    name: 'Debian, Ubuntu',
    install: 'apt-get install --no-install-recommends',
    packages: { java: 'openjdk-17-jre-headless', python: 'python3-venv' },
  },
  { name: 'Fedora', install: 'dnf install', packages: { java: 'java-21-openjdk-headless', python: 'python3' } },
  { name: 'macOS', install: 'brew install', packages: { java: 'temurin@21', python: 'python@3.13' } },
];

/** What to type on each system for what is missing. What is installed so is found by the next start. */
export function whatToInstall(needs: readonly Need[]): string[] {
  return [
    ...SYSTEMS.map(
      ({ name, install, packages }) => `${name}: ${install} ${needs.map((need) => packages[need]).join(' ')}`,
    ),
    'Windows: in WSL (wsl --install -d Debian), as on Debian; the local run is not made for Windows itself',
    'Anywhere with containers: open this folder in its dev container (.devcontainer), which has everything',
  ];
}
