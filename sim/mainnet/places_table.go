package mainnet

// Made from the reference data as doc.go, "Latency", tells; places_test.go holds it against them.

type region uint8

const (
	westEurope region = iota
	centralEurope
	britishIsles
	iberia
	baltic
	balkans
	caucasus
	levant
	northIndia
	westIndia
	sriLanka
	southeastAsia
	southChina
	korea
	japan
	oceania
	queensland
	johannesburg
	capeTown
	eastAmerica
	midAmerica
	westAmerica
	andes
	southernCone
	numRegions
)

// A metro is a place with data centres that are within 60 km of each other.
type metro struct {
	name     string
	region   region
	lat, lon int32 // thousandths of a degree
	access   int32 // microseconds that a round trip takes at this end, beside distance
	detour   int32 // thousandths: what its routes are longer than those of its region
}

var metros = [...]metro{
	{"Antwerp", westEurope, 51219, 4402, 1087, 962},
	{"Bern", westEurope, 46578, 8006, 151, 1008},
	{"Evreux", westEurope, 49024, 1152, 1146, 960},
	{"Frankfurt", westEurope, 50122, 8664, 0, 937},
	{"Geneva", westEurope, 46204, 6143, 0, 990},
	{"Marseille", westEurope, 43296, 5370, 15861, 908},
	{"Paris", westEurope, 48836, 2588, 707, 946},
	{"Zurich", westEurope, 47374, 8541, 827, 1018},
	{"Brno", centralEurope, 49197, 16619, 1467, 993},
	{"Ljubljana", centralEurope, 46050, 14507, 7548, 951},
	{"Maribor", centralEurope, 46558, 15646, 16242, 997},
	{"Prague", centralEurope, 50070, 14464, 817, 1002},
	{"Zagreb", centralEurope, 45804, 15945, 2991, 967},
	{"Douglas", britishIsles, 54169, -4480, 1024, 1001},
	{"London", britishIsles, 51569, -230, 1370, 862},
	{"Barcelona", iberia, 41409, 2170, 4499, 905},
	{"Lisbon", iberia, 38664, -9067, 7938, 1024},
	{"Madrid", iberia, 40439, -3623, 14, 966},
	{"Riga", baltic, 56890, 24232, 785, 1047},
	{"Siauliai", baltic, 55911, 23316, 7393, 1014},
	{"Stockholm", baltic, 59329, 18069, 1000, 1011},
	{"Tallinn", baltic, 59457, 24693, 0, 983},
	{"Vilnius", baltic, 54640, 25306, 0, 1010},
	{"Warsaw", baltic, 52227, 21003, 1423, 995},
	{"Bucharest", balkans, 44427, 26102, 1000, 1000},
	{"Tbilisi", caucasus, 41722, 44791, 1000, 1000},
	{"Tel Aviv", levant, 32080, 34849, 1000, 1000},
	{"New Delhi", northIndia, 28553, 77484, 1000, 1000},
	{"Mumbai", westIndia, 19141, 73009, 1000, 1000},
	{"Colombo", sriLanka, 6942, 79880, 1000, 1000},
	{"Singapore", southeastAsia, 1352, 103829, 1000, 1000},
	{"Hong Kong", southChina, 22284, 114269, 1000, 1000},
	{"Seoul", korea, 37478, 126880, 1000, 1000},
	{"Tokyo", japan, 35676, 139650, 1000, 1000},
	{"Hamilton", oceania, -37743, 175225, 3216, 973},
	{"Melbourne", oceania, -37823, 144913, 1036, 1000},
	{"Sydney", oceania, -33876, 151198, 1832, 980},
	{"Sunshine Coast", queensland, -26660, 153093, 1000, 1000},
	{"Johannesburg", johannesburg, -26138, 28198, 1000, 1000},
	{"Cape Town", capeTown, -34038, 18478, 1000, 1000},
	{"Allentown", eastAmerica, 40602, -75471, 2209, 968},
	{"Atlanta", eastAmerica, 33684, -84382, 48, 946},
	{"Boston", eastAmerica, 42360, -71059, 2269, 954},
	{"Chicago", eastAmerica, 41974, -87684, 2554, 1024},
	{"Jacksonville", eastAmerica, 30332, -81656, 1325, 998},
	{"Miami", eastAmerica, 25762, -80192, 914, 1001},
	{"Montreal", eastAmerica, 45486, -73757, 118, 1060},
	{"New York", eastAmerica, 40713, -74006, 660, 949},
	{"Orlando", eastAmerica, 28588, -81379, 1099, 997},
	{"Sterling", eastAmerica, 39004, -77408, 1213, 979},
	{"Tampa", eastAmerica, 27951, -82457, 1579, 1028},
	{"Toronto", eastAmerica, 43646, -79446, 3239, 1045},
	{"Dallas", midAmerica, 32777, -96797, 1000, 1000},
	{"Houston", midAmerica, 29740, -95396, 0, 963},
	{"San Antonio", midAmerica, 29476, -98391, 2472, 997},
	{"Las Vegas", westAmerica, 36080, -115170, 9210, 969},
	{"Phoenix", westAmerica, 33448, -112074, 3300, 970},
	{"Portland", westAmerica, 45505, -122675, 520, 1052},
	{"Salt Lake City", westAmerica, 40511, -111888, 8308, 970},
	{"San Jose", westAmerica, 37548, -121989, 862, 995},
	{"Seattle", westAmerica, 47620, -122348, 464, 1097},
	{"Vancouver", westAmerica, 49264, -123189, 47, 1138},
	{"Bogota", andes, 4681, -74041, 4775, 1048},
	{"Panama City", andes, 8948, -79561, 5115, 985},
	{"San Jose CR", andes, 9936, -84097, 2366, 967},
	{"Buenos Aires", southernCone, -34606, -58379, 1000, 1000},
}

// stretch is the round trip between two regions in microseconds per 100 km of great circle: light in fibre takes 1000.
var stretch = [numRegions][numRegions]int32{
	westEurope: {
		3055, 2671, 2499, 2624, 2245, 2005, 2395, 2155, 2558, 2113, 1885, 1596,
		2242, 3232, 2430, 1689, 1885, 2134, 1759, 1485, 1554, 1640, 1817, 2205,
	},
	centralEurope: {
		2671, 2018, 2590, 2354, 2326, 2824, 2392, 2944, 3022, 2409, 2225, 2013,
		2831, 3391, 2533, 1741, 1882, 2284, 1980, 1500, 1523, 1603, 1798, 2308,
	},
	britishIsles: {
		2499, 2590, 2793, 2141, 2407, 2471, 2360, 1762, 3036, 2009, 2119, 1626,
		2764, 3162, 2382, 1663, 1770, 1924, 1594, 1617, 1618, 1826, 1877, 2113,
	},
	iberia: {
		2624, 2354, 2141, 1000, 2054, 2406, 2514, 2263, 2185, 2018, 1921, 1535,
		2066, 2772, 2258, 1696, 1714, 2433, 2017, 1773, 1713, 1778, 2099, 2516,
	},
	baltic: {
		2245, 2326, 2407, 2054, 1975, 3223, 3508, 2720, 3267, 2665, 2388, 1985,
		3152, 3784, 2887, 1867, 2075, 2132, 1759, 1600, 1577, 1799, 1797, 2133,
	},
	balkans: {
		2005, 2824, 2471, 2406, 3223, 2075, 3659, 5097, 3796, 3273, 2819, 2055,
		3081, 3907, 2809, 1984, 2146, 2604, 2195, 1508, 1504, 1664, 1770, 2128,
	},
	caucasus: {
		2395, 2392, 2360, 2514, 3508, 3659, 2075, 3689, 3522, 3508, 4390, 4155,
		4257, 3459, 3614, 2604, 2622, 3180, 2609, 1773, 1720, 2029, 1868, 2456,
	},
	levant: {
		2155, 2944, 1762, 2263, 2720, 5097, 3689, 2075, 5206, 4692, 3845, 2447,
		3427, 3670, 3149, 2088, 2324, 3276, 2637, 1496, 1468, 1624, 1757, 2226,
	},
	northIndia: {
		2558, 3022, 3036, 2185, 3267, 3796, 3522, 5206, 2075, 2403, 2092, 1620,
		2925, 3486, 2489, 3014, 3239, 4592, 3721, 1869, 2025, 2050, 2133, 2253,
	},
	westIndia: {
		2113, 2409, 2009, 2018, 2665, 3273, 3508, 4692, 2403, 2075, 3435, 1621,
		2368, 2623, 1975, 1499, 1889, 4720, 3430, 1694, 1862, 1784, 1806, 2598,
	},
	sriLanka: {
		1885, 2225, 2119, 1921, 2388, 2819, 4390, 3845, 2092, 3435, 2075, 1574,
		1846, 3469, 1626, 1483, 1850, 5019, 4167, 1670, 1642, 1507, 1811, 2417,
	},
	southeastAsia: {
		1596, 2013, 1626, 1535, 1985, 2055, 4155, 2447, 1620, 1621, 1574, 2075,
		1206, 2217, 1316, 1360, 1801, 3973, 3218, 1494, 1751, 1289, 1515, 2331,
	},
	southChina: {
		2242, 2831, 2764, 2066, 3152, 3081, 4257, 3427, 2925, 2368, 1846, 1206,
		2075, 1985, 1832, 1563, 2235, 2428, 3311, 1666, 1509, 1408, 1747, 2036,
	},
	korea: {
		3232, 3391, 3162, 2772, 3784, 3907, 3459, 3670, 3486, 2623, 3469, 2217,
		1985, 2075, 2708, 1978, 4151, 3186, 2913, 1641, 1544, 1415, 1738, 1650,
	},
	japan: {
		2430, 2533, 2382, 2258, 2887, 2809, 3614, 3149, 2489, 1975, 1626, 1316,
		1832, 2708, 2075, 1509, 1834, 3031, 2455, 1431, 1317, 1235, 1582, 1671,
	},
	oceania: {
		1689, 1741, 1663, 1696, 1867, 1984, 2604, 2088, 3014, 1499, 1483, 1360,
		1563, 1978, 1509, 1249, 1927, 4368, 3782, 1422, 1374, 1561, 1886, 2976,
	},
	queensland: {
		1885, 1882, 1770, 1714, 2075, 2146, 2622, 2324, 3239, 1889, 1850, 1801,
		2235, 4151, 1834, 1927, 2075, 3931, 3616, 1500, 1471, 1786, 1979, 2792,
	},
	johannesburg: {
		2134, 2284, 1924, 2433, 2132, 2604, 3180, 3276, 4592, 4720, 5019, 3973,
		2428, 3186, 3031, 4368, 3931, 2075, 1472, 1913, 1889, 1689, 2606, 5020,
	},
	capeTown: {
		1759, 1980, 1594, 2017, 1759, 2195, 2609, 2637, 3721, 3430, 4167, 3218,
		3311, 2913, 2455, 3782, 3616, 1472, 2075, 1761, 1736, 1686, 2531, 3458,
	},
	eastAmerica: {
		1485, 1500, 1617, 1773, 1600, 1508, 1773, 1496, 1869, 1694, 1670, 1494,
		1666, 1641, 1431, 1422, 1500, 1913, 1761, 1798, 1763, 1706, 2060, 1841,
	},
	midAmerica: {
		1554, 1523, 1618, 1713, 1577, 1504, 1720, 1468, 2025, 1862, 1642, 1751,
		1509, 1544, 1317, 1374, 1471, 1889, 1736, 1763, 2063, 2015, 2562, 1884,
	},
	westAmerica: {
		1640, 1603, 1826, 1778, 1799, 1664, 2029, 1624, 2050, 1784, 1507, 1289,
		1408, 1415, 1235, 1561, 1786, 1689, 1686, 1706, 2015, 1479, 2105, 1922,
	},
	andes: {
		1817, 1798, 1877, 2099, 1797, 1770, 1868, 1757, 2133, 1806, 1811, 1515,
		1747, 1738, 1582, 1886, 1979, 2606, 2531, 2060, 2562, 2105, 3263, 1760,
	},
	southernCone: {
		2205, 2308, 2113, 2516, 2133, 2128, 2456, 2226, 2253, 2598, 2417, 2331,
		2036, 1650, 1671, 2976, 2792, 5020, 3458, 1841, 1884, 1922, 1760, 2075,
	},
}

// centres are data centres by their names in the registry of July 2025.
var centres = [...]Centre{
	{"an1", "BE", "Datacenter United", 0},
	{"ar1", "AR", "SyT - Servicios y Telecomunicaciones S.A.", 65},
	{"at1", "US", "Flexential", 41},
	{"at2", "US", "Datasite", 41},
	{"aw1", "US", "Tierpoint", 40},
	{"ba1", "PT", "Online", 16},
	{"bc1", "CA", "Cyxtera", 61},
	{"be1", "CH", "MOUNT10 AG", 1},
	{"bg1", "CO", "EdgeUno", 62},
	{"bn1", "CZ", "Master Internet", 8},
	{"bo1", "US", "INAP", 42},
	{"br1", "BE", "Digital Realty", 0},
	{"br2", "BE", "AtlasEdge", 0},
	{"bt1", "LT", "Baltneta", 22},
	{"bu1", "RO", "M247", 24},
	{"ch2", "US", "Tierpoint", 43},
	{"ch3", "US", "CyrusOne", 43},
	{"cm1", "LK", "OrionStellar", 29},
	{"cr1", "CR", "Navegalo", 64},
	{"ct1", "ZA", "Africa Data Centres", 39},
	{"ct2", "ZA", "Teraco", 39},
	{"dl1", "US", "Flexential", 52},
	{"dr1", "US", "FiberState", 58},
	{"es1", "ES", "Adam", 15},
	{"ev1", "FR", "Exaion", 2},
	{"fm1", "US", "Hurricane Electric", 59},
	{"fr2", "DE", "Equinix", 3},
	{"ge1", "CH", "HighDC", 4},
	{"ge2", "CH", "SafeHost", 4},
	{"gn1", "IN", "Yotta", 27},
	{"hk1", "HK", "Unicom", 31},
	{"hk2", "HK", "Global Switch", 31},
	{"hk3", "HK", "hkcolo", 31},
	{"hk4", "HK", "hkntt", 31},
	{"hu1", "US", "TRG", 53},
	{"im1", "IM", "Manx Telecom", 13},
	{"im2", "IM", "Continent8", 13},
	{"jb1", "ZA", "Teraco", 38},
	{"jb2", "ZA", "Africa Data Centres", 38},
	{"jb3", "ZA", "Xneelo", 38},
	{"jv1", "US", "Tierpoint", 44},
	{"kr1", "KR", "KT", 32},
	{"kr2", "KR", "Gasan", 32},
	{"ld1", "UK", "Latitude.sh", 14},
	{"li1", "PT", "Dotsi", 16},
	{"li2", "PT", "Edgoo Networks", 16},
	{"lj1", "SI", "Posita.si", 9},
	{"lj2", "SI", "Anonstake", 9},
	{"lv1", "US", "Flexential", 55},
	{"ma1", "ES", "Ginernet", 17},
	{"ma2", "ES", "Espacio Rack", 17},
	{"ma3", "ES", "IPCore", 17},
	{"mb1", "SI", "Posita.si", 10},
	{"me1", "AU", "Equinix", 35},
	{"me3", "AU", "5G Networks", 35},
	{"mm1", "US", "Digital Realty", 45},
	{"mn1", "AU", "NEXTDC", 35},
	{"mn2", "AU", "NEXTDC", 35},
	{"mr1", "FR", "Digital Realty", 5},
	{"mt1", "CA", "Vantage", 46},
	{"mtl1", "CA", "Leaseweb", 46},
	{"nd1", "IN", "Marvelous Web3 DC", 27},
	{"nm1", "IN", "Rivram", 28},
	{"ns1", "AU", "Latitude.sh", 36},
	{"ny1", "US", "Tierpoint", 47},
	{"ny2", "US", "INAP", 47},
	{"nz1", "NZ", "Data Vault", 34},
	{"or1", "US", "Datasite", 48},
	{"pa1", "CZ", "MasterDC", 11},
	{"pa2", "CZ", "Coolhousing", 11},
	{"pc1", "PA", "Navegalo", 63},
	{"ph1", "US", "CyrusOne", 56},
	{"pl1", "US", "Flexential", 57},
	{"pl2", "IN", "Yotta", 28},
	{"pr1", "FR", "Celeste", 6},
	{"rg1", "LV", "DEAC", 18},
	{"rg3", "LV", "Nano", 18},
	{"sa", "US", "Nugget Enterprises Inc", 54},
	{"sc1", "AU", "NEXTDC", 37},
	{"se1", "US", "Evocative", 60},
	{"sg1", "SG", "Telin", 30},
	{"sg2", "SG", "Telin", 30},
	{"sg3", "SG", "Racks Central", 30},
	{"sh1", "SE", "Digital Realty", 20},
	{"si1", "LT", "Bacloud", 19},
	{"sj1", "US", "INAP", 59},
	{"sj2", "US", "Digital Realty", 59},
	{"sj3", "US", "InfoObjects", 59},
	{"sl1", "KR", "Megazone Cloud", 32},
	{"st1", "US", "CyrusOne", 49},
	{"ta1", "EE", "InfonetDC", 21},
	{"ta2", "EE", "Telia DC", 21},
	{"tb1", "GE", "Cloud9", 25},
	{"to1", "CA", "Cyxtera", 51},
	{"to2", "CA", "Cyxtera", 51},
	{"tp1", "US", "Flexential", 50},
	{"tv1", "IL", "Interhost", 26},
	{"ty1", "JP", "Equinix", 33},
	{"ty2", "JP", "Equinix", 33},
	{"ty3", "JP", "Equinix", 33},
	{"vl2", "LT", "Data Inn", 22},
	{"wa1", "PL", "LIM DC", 23},
	{"wa2", "PL", "Central Tower DC", 23},
	{"wa3", "PL", "DataHouse", 23},
	{"wy1", "PL", "Mevspace", 23},
	{"zg1", "HR", "Anonstake", 12},
	{"zh2", "CH", "Everyware", 7},
	{"zh3", "CH", "Nine.Ch", 7},
	{"zh4", "CH", "Nine.Ch", 7},
	{"zh5", "CH", "Green.ch", 7},
	{"zh6", "CH", "Green.ch", 7},
	{"zh7", "CH", "Green.ch", 7},
	{"zh9", "CH", "Green", 7},
}
