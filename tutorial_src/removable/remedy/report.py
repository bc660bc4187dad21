from dataclasses import dataclass
@dataclass
class Report: pass
