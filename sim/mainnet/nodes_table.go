package mainnet

import "icsim/protocol"

const (
	application = protocol.ApplicationSubnet
	verified    = protocol.VerifiedApplicationSubnet
	system      = protocol.SystemSubnet
)

// subnets are those of 12 January 2026, the root first. Their nodes are written centre/provider, with the machine's type unless it
// is type1.1; canisters are those that ran on 1 February 2026, 0 where nobody counted.
var subnets = [...]roster{
	{"tdb26", "nns", system, 0, "" +
		"bt1/4jjya/3.1 sl1/4dibr/3 im1/rpfvr sg3/x7uok hk1/g2ax6/3.1 sh1/bvcsg hk4/cgmhq/3.1 ty3/sixix es1/w4buy/3.1 " +
		"nm1/ulyfm/3 mtl1/7uioy/3.1 zh5/ma7dp lj2/kos24/3 sg1/6nbcy tv1/6sq7t/3.1 kr1/r3yjn/3.1 zh3/ucjqj bc1/7at4h bu1/i7dto " +
		"rg3/diyay/3.1 li2/mjnyf/3.1 cm1/eybf4/3.1 hu1/sqhxa bn1/efem5/3.1 ld1/i3cfo/3.1 nd1/pa5mu/3.1 jb2/nmdd6/3.1 " +
		"or1/wwdbq jb3/mme7u/3.1 st1/izmhk hk3/4fedi/3.1 zh2/bvcsg sc1/unqqg/3.1 sh1/bvcsg br2/rbn2y ct2/py2kr/3.1 " +
		"kr2/64xe5/3.1 pl2/zy4m7/3.1 ar1/s5nvr/3.1 mb1/wdjjk"},
	{"2fq7c", "", application, 0, "" +
		"to2/7at4h jv1/2hl5k kr1/r3yjn/3.1 ty1/sixix sc1/fwnmn/3.1 sh1/bvcsg im1/rpfvr pl2/zy4m7/3.1 sl1/4dibr/3 bu1/i7dto " +
		"sg2/6nbcy zh6/6r5lw mb1/wdjjk"},
	{"2zs4v", "", application, 0, "" +
		"ge1/w4buy sg3/x7uok ty1/sixix hu1/sqhxa to2/7at4h im1/rpfvr zh2/bvcsg sc1/fwnmn/3.1 kr1/r3yjn/3.1 lj1/wdjjk " +
		"br1/rbn2y ph1/izmhk tb1/vegae/3.1"},
	{"3hhby", "", application, 0, "" +
		"sg1/6nbcy sj2/ks7ow bu1/i7dto fr2/wdnqm tb1/vegae/3.1 zh2/bvcsg to2/7at4h rg1/4r6qy/3.1 lj2/kos24/3 sl1/4dibr/3.1 " +
		"ge1/w4buy mn2/ihbuj/3.1 gn1/cp5ib/3.1"},
	{"4ecnw", "", application, 8684, "" +
		"nm1/ulyfm/3 si1/3oqw6/3.1 sc1/fwnmn/3.1 sg1/6nbcy hk1/r3yjn/3 lj1/wdjjk kr2/64xe5/3.1 ge2/7ryes to2/7at4h bu1/i7dto " +
		"sh1/bvcsg ty1/sixix dl1/eipr5"},
	{"4utr6", "", application, 2756, "" +
		"at2/sma3p to1/2wxzd zh6/6r5lw nd1/7uioy/3.1 hk4/64xe5/3.1 im2/glrjs ty1/sixix tv1/6sq7t/3.1 jb2/nmdd6/3.1 " +
		"se1/bvcsg/0 mb1/c5svp br1/rbn2y kr1/r3yjn/3.1"},
	{"4zbus", "", verified, 59568, "" +
		"to2/7at4h sl1/4dibr/3 lj2/kos24/3 bu1/i7dto at2/sma3p ty2/dnpkk mn2/ihbuj/3.1 sg1/6nbcy zh6/6r5lw br2/rbn2y " +
		"ma3/3oqw6/3.1 sh1/bvcsg gn1/cp5ib/3.1"},
	{"5kdm2", "", verified, 13234, "" +
		"to2/7at4h pl2/zy4m7/3.1 dl1/eipr5 sg1/6nbcy zh4/ucjqj sj3/7ws2n/3.1 jb2/nmdd6/3.1 ty3/sixix mn2/ihbuj/3.1 " +
		"tb1/vegae/3.1 lj1/wdjjk ta2/diyay/3.1 sh1/bvcsg"},
	{"6excn", "", application, 0, "" +
		"hk4/64xe5/3.1 sc1/fwnmn/3.1 zh3/ucjqj to2/7at4h nm1/ulyfm/3 se1/bvcsg/0 ct1/optdi/3.1 br1/rbn2y dl1/eipr5 sg3/x7uok " +
		"fr2/wdnqm mb1/c5svp im1/rpfvr"},
	{"6pbhf", "", application, 36101, "" +
		"sg1/6nbcy dl1/eipr5 ge2/7ryes to2/7at4h mb1/wdjjk ma1/diyay/3.1 fr2/wdnqm sc1/fwnmn/3.1 zg1/kos24/3.1 kr1/r3yjn/3.1 " +
		"sh1/bvcsg bu1/i7dto tv1/6sq7t/3.1"},
	{"bkfrj", "european", application, 25096, "" +
		"bn1/efem5/3.1 sh1/bvcsg zg1/kos24/3.1 fr2/wdnqm bu1/i7dto vl2/vegae/3.1 pa1/ivf2y/3.1 es1/w4buy/3.1 lj1/wdjjk " +
		"ge2/7ryes zh3/ucjqj br2/rbn2y rg1/4jjya/3.1"},
	{"brlsh", "", application, 35432, "" +
		"bc1/7at4h sl1/4dibr/3 fr2/wdnqm lj1/wdjjk br2/rbn2y mn2/ihbuj/3.1 zh6/6r5lw tb1/vegae/3.1 sh1/bvcsg rg1/4jjya/3.1 " +
		"or1/wwdbq sg2/6nbcy fm1/hk7eo/3.1"},
	{"c4isl", "", application, 1700, "" +
		"im2/glrjs at2/wwdbq ge1/w4buy sg3/x7uok to2/7at4h zh6/6r5lw lv1/eipr5 tb1/vegae/3.1 hk3/4fedi/3.1 sh1/bvcsg " +
		"ty1/sixix jb3/mme7u/3.1 mb1/c5svp"},
	{"csyj4", "", verified, 3682, "" +
		"kr2/64xe5/3.1 ge1/7ryes tb1/vegae/3.1 sg1/6nbcy fr2/wdnqm lj2/kos24/3 bc1/7at4h jb2/nmdd6/3.1 sc1/fwnmn/3.1 " +
		"pl2/zy4m7/3.1 sh1/bvcsg im1/rpfvr dl1/eipr5"},
	{"cv73p", "", application, 51889, "" +
		"ma3/4r6qy/3.1 sg1/6nbcy or1/wwdbq lj2/kos24/3 bc1/7at4h br1/rbn2y tb1/vegae/3.1 rg1/4jjya/3.1 kr1/r3yjn/3.1 " +
		"ty1/sixix bu1/i7dto zh2/bvcsg nd1/7uioy/3.1"},
	{"e66qm", "", application, 35861, "" +
		"at2/sma3p zh4/ucjqj mb1/wdjjk kr2/64xe5/3.1 to2/7at4h sg1/6nbcy mn2/ihbuj/3.1 ty1/sixix sh1/bvcsg jb3/mme7u/3.1 " +
		"hk1/r3yjn/3.1 gn1/cp5ib/3.1 vl2/vegae/3.1"},
	{"ejbmu", "", verified, 12068, "" +
		"dl1/eipr5 hk1/r3yjn/3 bc1/7at4h li1/3oqw6/3.1 ge1/7ryes fr2/wdnqm mb1/wdjjk sh1/bvcsg bu1/i7dto sl1/4dibr/3 " +
		"sg1/6nbcy nd1/7uioy/3.1 mn2/ihbuj/3.1"},
	{"eq6en", "", verified, 0, "" +
		"lj1/wdjjk bu1/i7dto tv1/6sq7t/3.1 br2/rbn2y jb2/nmdd6/3.1 ph1/izmhk to2/7at4h ty1/sixix nd1/7uioy/3.1 ge1/7ryes " +
		"sg1/6nbcy bt1/4r6qy/3.1 sh1/bvcsg"},
	{"fuqsr", "", application, 22380, "" +
		"to2/7at4h bu1/i7dto pl2/zy4m7/3.1 sl1/4dibr/3 im1/rpfvr mb1/wdjjk sh1/bvcsg hk1/r3yjn/3.1 fr2/wdnqm sg1/6nbcy " +
		"lj2/kos24/3 rg3/3oqw6/3.1 jb2/unqqg/3"},
	{"gmq5v", "", application, 34558, "" +
		"zh2/bvcsg lj1/wdjjk hk1/r3yjn/3 bt1/4jjya/3.1 to2/7at4h sg1/6nbcy im2/glrjs mn2/ihbuj/3.1 dl1/eipr5 tb1/vegae/3.1 " +
		"sl1/4dibr/3.1 br1/rbn2y bu1/i7dto"},
	{"io67a", "", verified, 2997, "" +
		"dl1/eipr5 zh2/bvcsg lj2/kos24/3 br1/rbn2y im1/rpfvr sl1/4dibr/3 ty1/sixix ct1/optdi/3.1 rg1/3oqw6/3.1 sc1/unqqg/3.1 " +
		"or1/wwdbq hk1/r3yjn/3 sg1/6nbcy"},
	{"jtdsg", "", application, 27813, "" +
		"ct2/py2kr/3.1 sc1/unqqg/3.1 to2/7at4h tb1/vegae/3.1 zh2/bvcsg lj1/wdjjk or1/wwdbq nd1/7uioy/3.1 ty3/sixix bu1/i7dto " +
		"br1/rbn2y sg1/6nbcy sl1/4dibr/3.1"},
	{"k44fs", "", application, 0, "" +
		"bu1/i7dto im2/glrjs sg3/x7uok ty1/sixix zh2/bvcsg dl1/eipr5 jb2/unqqg/3 gn1/cp5ib/3.1 to2/7at4h kr1/r3yjn/3.1 " +
		"mb1/wdjjk br1/rbn2y mn2/ihbuj/3.1"},
	{"kp5jj", "", application, 0, "" +
		"kr2/64xe5/3.1 im2/glrjs ph1/izmhk cr1/6sq7t/3.1 bu1/i7dto bc1/7at4h sg3/x7uok br1/rbn2y fr2/wdnqm hk1/r3yjn/3 " +
		"sg2/6nbcy se1/bvcsg/0 ge2/7ryes"},
	{"lhg73", "", application, 0, "" +
		"ty1/sixix sc1/fwnmn/3.1 jb2/nmdd6/3.1 ta2/3oqw6/3.1 ge1/7ryes sg2/6nbcy bg1/otzuu/3.1 dl1/eipr5 nm1/ulyfm/3 " +
		"hk1/r3yjn/3.1 sh1/bvcsg vl2/vegae/3.1 lj1/wdjjk"},
	{"lspz2", "", application, 40004, "" +
		"fr2/wdnqm sg2/6nbcy ct1/optdi/3.1 wa1/4r6qy/3.1 sl1/4dibr/3 br2/rbn2y to2/7at4h aw1/7a4u2 lj1/wdjjk hk1/r3yjn/3.1 " +
		"pl1/dodsd nd1/7uioy/3.1 sh1/bvcsg"},
	{"mkbc3", "", application, 0, "" +
		"se1/bvcsg/0 br1/rbn2y zh6/6r5lw dl1/eipr5 fr2/wdnqm sg1/6nbcy im2/glrjs sc1/unqqg/3.1 ge1/w4buy lj2/kos24/3.1 " +
		"mb1/c5svp jb2/nmdd6/3.1 bn1/4r6qy/3.1"},
	{"mpubz", "", application, 55938, "" +
		"pl2/zy4m7/3.1 to1/2wxzd fr2/wdnqm tb1/vegae/3.1 sl1/4dibr/3 se1/bvcsg/0 im1/rpfvr br2/rbn2y hk1/g2ax6/3.1 sg1/6nbcy " +
		"lj1/wdjjk zh5/ma7dp sj2/ks7ow"},
	{"nl6hn", "", application, 32293, "" +
		"lj1/wdjjk ge2/7ryes mn2/ihbuj/3.1 hk4/cgmhq/3.1 fr2/wdnqm sg1/6nbcy dl1/eipr5 sl1/4dibr/3.1 sh1/bvcsg gn1/cp5ib/3.1 " +
		"im1/rpfvr br2/rbn2y to2/7at4h"},
	{"o3ow2", "", application, 57571, "" +
		"mn2/ihbuj/3.1 sh1/bvcsg ph1/izmhk im1/rpfvr to2/7at4h zh6/6r5lw tb1/vegae/3.1 jb2/nmdd6/3.1 ty1/sixix hk4/64xe5/3.1 " +
		"mb1/wdjjk sl1/4dibr/3.1 zh4/ucjqj"},
	{"opn46", "", application, 40491, "" +
		"nm1/ulyfm/3 sh1/bvcsg dl1/eipr5 pa2/diyay/3.1 pc1/eatbv/3.1 ty1/sixix sc1/unqqg/3.1 sg1/6nbcy lj2/kos24/3 or1/wwdbq " +
		"ar1/s5nvr/3.1 to2/7at4h jb2/nmdd6/3.1"},
	{"pae4o", "", verified, 5134, "" +
		"pl2/zy4m7/3.1 sh1/bvcsg hk1/r3yjn/3 to2/7at4h bu1/i7dto sl1/4dibr/3 sg1/6nbcy fr2/wdnqm or1/wwdbq jb1/unqqg/3 " +
		"zh4/ucjqj mn2/ihbuj/3.1 lj2/kos24/3"},
	{"pjljw", "", application, 32743, "" +
		"kr1/r3yjn/3.1 es1/w4buy/3.1 nd1/7uioy/3.1 lj1/wdjjk fr2/wdnqm zh2/bvcsg ge2/7ryes bu1/i7dto dl1/eipr5 br1/rbn2y " +
		"sg2/6nbcy mn2/ihbuj/3.1 jb2/nmdd6/3.1"},
	{"pzp6e", "fiduciary", application, 3564, "" +
		"sc1/unqqg/3.1 nm1/ulyfm/3 sg1/6nbcy hk4/cgmhq/3.1 bn1/efem5/3.1 lj1/wdjjk bt1/4jjya/3.1 kr2/64xe5/3.1 zh4/ucjqj " +
		"jb2/nmdd6/3.1 rg1/ivf2y/3.1 to2/7at4h ba1/mjnyf/3.1 es1/w4buy/3.1 sh1/bvcsg bu1/i7dto or1/wwdbq kr1/r3yjn/3.1 " +
		"zg1/kos24/3.1 tv1/6sq7t/3.1 fr2/wdnqm sg3/x7uok im2/glrjs cm1/eybf4/3.1 hk1/g2ax6/3.1 bg1/otzuu/3.1 ge2/7ryes " +
		"ns1/i3cfo/3.1 br2/rbn2y hu1/sqhxa sl1/4dibr/3.1 zh6/6r5lw dl1/eipr5 hk3/4fedi/3.1"},
	{"qdvhd", "", application, 53577, "" +
		"im1/rpfvr pc1/eatbv/3.1 sl1/4dibr/3 zh4/ucjqj to2/7at4h mn2/ihbuj/3.1 pl2/zy4m7/3.1 bu1/i7dto fr2/wdnqm sg1/6nbcy " +
		"sh1/bvcsg hu1/sqhxa mb1/wdjjk"},
	{"qxesv", "", verified, 2531, "" +
		"dl1/eipr5 mb1/wdjjk cr1/6sq7t/3.1 zh2/bvcsg br1/rbn2y nd1/7uioy/3.1 bc1/7at4h sg2/6nbcy hk1/r3yjn/3.1 sl1/4dibr/3.1 " +
		"jb1/unqqg/3 fr2/wdnqm bu1/i7dto"},
	{"rtvil", "", application, 0, "" +
		"ge1/w4buy sg3/x7uok gn1/cp5ib/3.1 cr1/6sq7t/3.1 ph1/izmhk ct1/optdi/3.1 se1/bvcsg/0 nm1/ulyfm/3 cm1/eybf4/3.1 " +
		"sg1/6nbcy mn2/ihbuj/3.1 zh4/ucjqj hk4/64xe5/3.1"},
	{"shefu", "", verified, 3004, "" +
		"fr2/wdnqm lj1/wdjjk hk1/g2ax6/3.1 sl1/4dibr/3 bu1/i7dto zh5/ma7dp pl2/zy4m7/3.1 im1/rpfvr br2/rbn2y or1/wwdbq " +
		"bc1/7at4h sg2/6nbcy sh1/bvcsg"},
	{"snjp4", "", verified, 4277, "" +
		"fr2/wdnqm bc1/7at4h ge1/7ryes nd1/7uioy/3.1 tb1/vegae/3.1 hk1/r3yjn/3 ct1/optdi/3.1 sc1/fwnmn/3.1 lj1/wdjjk " +
		"sg1/6nbcy or1/wwdbq im1/rpfvr sh1/bvcsg"},
	{"uzr34", "ii", system, 0, "" +
		"hk4/cgmhq/3.1 ld1/i3cfo/3.1 dl1/eipr5 ge2/7ryes nd1/7uioy/3.1 lj1/wdjjk ba1/4r6qy/3.1 sl1/4dibr/3 bg1/otzuu/3.1 " +
		"pl2/zy4m7/3.1 nm1/ulyfm/3 zh6/6r5lw cm1/eybf4/3.1 bu1/i7dto kr2/64xe5/3.1 ty1/sixix jb2/nmdd6/3.1 to2/7at4h " +
		"jb3/mme7u/3.1 bn1/efem5/3.1 sg3/x7uok im1/rpfvr zg1/kos24/3.1 rg1/4jjya/3.1 br2/rbn2y sg2/6nbcy tv1/6sq7t/3.1 " +
		"ch2/ss6oe zh2/bvcsg ph1/izmhk hk1/r3yjn/3.1 im2/glrjs es1/w4buy/3.1 sc1/fwnmn/3.1"},
	{"vcpt7", "", application, 0, "" +
		"nd1/7uioy/3.1 zh2/bvcsg im1/rpfvr zh4/ucjqj sg3/x7uok br1/rbn2y hk4/64xe5/3.1 to1/2wxzd tb1/vegae/3.1 bu1/i7dto " +
		"sc1/fwnmn/3.1 mb1/c5svp st1/izmhk"},
	{"w4asl", "", verified, 3151, "" +
		"pl2/zy4m7/3.1 jb1/unqqg/3 im1/rpfvr lj1/wdjjk bn1/efem5/3.1 sg2/6nbcy sh1/bvcsg ge2/7ryes sl1/4dibr/3.1 ty1/sixix " +
		"to2/7at4h ph1/izmhk br2/rbn2y"},
	{"w4rem", "bitcoin", system, 0, "" +
		"sh1/bvcsg ty1/sixix mn2/ihbuj/3.1 ph1/izmhk bu1/i7dto ct2/py2kr/3.1 mb1/wdjjk pl2/zy4m7/3.1 zh6/6r5lw rg1/4jjya/3.1 " +
		"im2/glrjs sg1/6nbcy mtl1/ulyfm/3"},
	{"x33ed", "sns", application, 0, "" +
		"pc1/eatbv/3.1 im2/glrjs ch3/2dgp4 es1/w4buy/3.1 jb3/mme7u/3.1 dr1/trxbq/3.1 sl1/4dibr/3 bg1/otzuu/3.1 cm1/eybf4/3.1 " +
		"bu1/i7dto nm1/ulyfm/3 gn1/cp5ib/3.1 mtl1/7uioy/3.1 kr2/64xe5/3.1 mn2/ihbuj/3.1 sg2/6nbcy hk4/cgmhq/3.1 im1/rpfvr " +
		"bn1/efem5/3.1 ns1/i3cfo/3.1 sg3/x7uok ct1/optdi/3.1 lv1/eipr5 hk1/r3yjn/3.1 lj2/kos24/3 zh3/ucjqj ty1/sixix " +
		"to1/2wxzd mb1/wdjjk ge2/7ryes br1/rbn2y zh2/bvcsg ta1/4r6qy/3.1 bt1/4jjya/3.1"},
	{"xlkub", "", application, 0, "" +
		"ty3/sixix sg3/x7uok hk3/4fedi/3.1 sg2/6nbcy br1/rbn2y hk4/cgmhq/3.1 pl2/zy4m7/3.1 cr1/6sq7t/3.1 im1/rpfvr zh7/6r5lw " +
		"at2/wwdbq se1/bvcsg/0 kr2/64xe5/3.1"},
	{"xok3w", "", application, 0, "" +
		"sg3/x7uok br1/rbn2y se1/bvcsg/0 lv1/eipr5 ct2/py2kr/3.1 ty3/sixix tb1/vegae/3.1 gn1/cp5ib/3.1 ge1/7ryes " +
		"cm1/eybf4/3.1 sl1/4dibr/3.1 im2/glrjs zh6/6r5lw"},
	{"yinp6", "", application, 8457, "" +
		"nm1/ulyfm/3 to2/7at4h hu1/sqhxa kr1/r3yjn/3.1 mb1/wdjjk sg1/6nbcy zh5/ma7dp fr2/wdnqm lv1/eipr5 tb1/vegae/3.1 " +
		"zh2/bvcsg jb2/unqqg/3 im1/rpfvr"},
}

// pool is the healthy nodes of July 2025 that are no boundary nodes: centre, provider, type, and how many there are alike.
var pool = [...]lot{
	{"an1", "acqus", "type1.1", 14},
	{"an1", "g7dkt", "type1.1", 14},
	{"ar1", "s5nvr", "type3.1", 4},
	{"at2", "sma3p", "type1.1", 14},
	{"at2", "wwdbq", "type1.1", 13},
	{"aw1", "7a4u2", "type1.1", 28},
	{"ba1", "4r6qy", "type3.1", 1},
	{"ba1", "dhywe", "type3.1", 1},
	{"ba1", "mjnyf", "type3.1", 1},
	{"bc1", "7at4h", "type1.1", 13},
	{"bg1", "otzuu", "type3.1", 4},
	{"bn1", "4r6qy", "type3.1", 1},
	{"bn1", "dhywe", "type3.1", 1},
	{"bn1", "efem5", "type3.1", 6},
	{"br1", "rbn2y", "type1.1", 27},
	{"br2", "rbn2y", "type1.1", 14},
	{"bt1", "4jjya", "type3.1", 5},
	{"bt1", "4r6qy", "type3.1", 1},
	{"bt1", "diyay", "type3.1", 1},
	{"bt1", "ivf2y", "type3.1", 1},
	{"bu1", "i7dto", "type1.1", 27},
	{"ch2", "ss6oe", "type1.1", 28},
	{"ch3", "2dgp4", "type1.1", 26},
	{"cm1", "eybf4", "type3.1", 6},
	{"cr1", "6sq7t", "type3.1", 8},
	{"ct1", "optdi", "type3.1", 6},
	{"ct2", "py2kr", "type3.1", 6},
	{"dl1", "eipr5", "type1.1", 27},
	{"dr1", "trxbq", "type3.1", 2},
	{"es1", "qsdw4", "type3.1", 4},
	{"fm1", "hk7eo", "type3.1", 3},
	{"fr2", "wdnqm", "type1.1", 26},
	{"ge1", "7ryes", "type1.1", 14},
	{"ge1", "w4buy", "type1.1", 14},
	{"ge2", "7ryes", "type1.1", 27},
	{"gn1", "cp5ib", "type3.1", 10},
	{"hk1", "g2ax6", "type3.1", 10},
	{"hk1", "r3yjn", "type1.1", 18},
	{"hk3", "4fedi", "type3.1", 5},
	{"hk4", "64xe5", "type3.1", 7},
	{"hk4", "cgmhq", "type3.1", 7},
	{"hu1", "sqhxa", "type1.1", 13},
	{"im1", "rpfvr", "type1.1", 42},
	{"im2", "glrjs", "type1.1", 37},
	{"jb1", "unqqg", "type3", 6},
	{"jb2", "nmdd6", "type3.1", 12},
	{"jb2", "unqqg", "type3", 6},
	{"jb3", "mme7u", "type3.1", 5},
	{"jv1", "spp3m", "type1.1", 28},
	{"kr1", "r3yjn", "type3.1", 18},
	{"kr2", "64xe5", "type3.1", 9},
	{"ld1", "i3cfo", "type3.1", 2},
	{"li1", "3oqw6", "type3.1", 1},
	{"li1", "diyay", "type3.1", 1},
	{"li1", "ivf2y", "type3.1", 1},
	{"li2", "mjnyf", "type3.1", 2},
	{"lj1", "wdjjk", "type1.1", 28},
	{"lj2", "kos24", "type3", 11},
	{"lv1", "eipr5", "type1.1", 12},
	{"ma1", "dhywe", "type3.1", 1},
	{"ma1", "diyay", "type3.1", 1},
	{"ma1", "ivf2y", "type3.1", 1},
	{"ma3", "3oqw6", "type3.1", 1},
	{"ma3", "4r6qy", "type3.1", 1},
	{"mb1", "wdjjk", "type1.1", 26},
	{"mm1", "g7dkt", "type1.1", 14},
	{"mn2", "ihbuj", "type3.1", 18},
	{"mtl1", "7uioy", "type3.1", 2},
	{"mtl1", "ulyfm", "type3", 1},
	{"nd1", "7uioy", "type3.1", 12},
	{"nd1", "pa5mu", "type3.1", 1},
	{"nm1", "ulyfm", "type3", 12},
	{"ns1", "i3cfo", "type3.1", 2},
	{"ny1", "spp3m", "type1.1", 14},
	{"or1", "wwdbq", "type1.1", 26},
	{"pa1", "ivf2y", "type3.1", 1},
	{"pa2", "3oqw6", "type3.1", 1},
	{"pa2", "diyay", "type3.1", 1},
	{"pc1", "eatbv", "type3.1", 4},
	{"ph1", "izmhk", "type1.1", 28},
	{"pl1", "dodsd", "type1.1", 28},
	{"pl2", "zy4m7", "type3.1", 14},
	{"pr1", "qsdw4", "type3.1", 4},
	{"rg1", "3oqw6", "type3.1", 1},
	{"rg1", "4jjya", "type3.1", 5},
	{"rg1", "4r6qy", "type3.1", 1},
	{"rg1", "ivf2y", "type3.1", 1},
	{"rg3", "dhywe", "type3.1", 1},
	{"rg3", "diyay", "type3.1", 1},
	{"sc1", "fwnmn", "type3.1", 10},
	{"sc1", "unqqg", "type3.1", 6},
	{"se1", "bvcsg", "type1.1", 28},
	{"sg1", "6nbcy", "type1.1", 27},
	{"sg2", "6nbcy", "type1.1", 13},
	{"sg3", "x7uok", "type1.1", 28},
	{"sh1", "bvcsg", "type1.1", 28},
	{"si1", "3oqw6", "type3.1", 1},
	{"si1", "dhywe", "type3.1", 1},
	{"sj2", "ks7ow", "type1.1", 26},
	{"sj3", "7ws2n", "type3.1", 2},
	{"sl1", "4dibr", "type1.1", 25},
	{"st1", "izmhk", "type1.1", 14},
	{"ta1", "4r6qy", "type3.1", 1},
	{"ta1", "dhywe", "type3.1", 1},
	{"ta2", "3oqw6", "type3.1", 1},
	{"ta2", "diyay", "type3.1", 1},
	{"ta2", "ivf2y", "type3.1", 1},
	{"tb1", "vegae", "type3.1", 18},
	{"to1", "2wxzd", "type1.1", 27},
	{"to2", "7at4h", "type1.1", 28},
	{"tv1", "6sq7t", "type3.1", 8},
	{"ty1", "sixix", "type1.1", 26},
	{"ty2", "wlxga", "type1.1", 28},
	{"ty3", "sixix", "type1.1", 13},
	{"vl2", "vegae", "type3.1", 7},
	{"wa1", "4r6qy", "type3.1", 1},
	{"wa2", "dhywe", "type3.1", 1},
	{"wa3", "3oqw6", "type3.1", 1},
	{"wa3", "diyay", "type3.1", 1},
	{"wa3", "ivf2y", "type3.1", 1},
	{"zg1", "kos24", "type3.1", 4},
	{"zh2", "bvcsg", "type1.1", 14},
	{"zh3", "ucjqj", "type1.1", 13},
	{"zh4", "ucjqj", "type1.1", 28},
	{"zh5", "hzqcb", "type3", 1},
	{"zh5", "ma7dp", "type1.1", 28},
	{"zh6", "6r5lw", "type1.1", 27},
	{"zh7", "6r5lw", "type1.1", 14},
}
